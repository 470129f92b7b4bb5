// SPDX-License-Identifier: BSD-2-Clause
#include "check/check_limits.h"

#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/quantity.h"
#include "base/scoped.h"
#include "guard/limits_learned.h"
#include "kernel/pins.h"

#define NOTES "region_notes"

static void protect(const struct checks_facts *facts, struct checks_report *report)
{
	if (facts->status.guard && !facts->status.config.protect)
		checks_add(report, "`ecdn-xdp load --protect PORTS IFACE`",
			   "no port is protected, so nothing is ever dropped");
}

static bool has_limit(const struct ecdn_xdp_limits *limits)
{
	return limits->pps || limits->bps || limits->cps || limits->blocked;
}

static void limits(const struct checks_facts *facts, struct checks_report *report)
{
	if (!facts->status.guard || has_limit(&facts->status.config.default_limits))
		return;
	for (uint32_t id = 0; id < facts->regions.count; id++)
		if (has_limit(&facts->regions.region[id].limits) ||
		    facts->regions.region[id].learns)
			return;
	checks_add(report, "`ecdn-xdp limit set default --pps N --cps N`",
		   "no limit is set, so no region is ever limited");
}

static bool is_above(const struct view_rate *rate)
{
	return rate->measured && ((rate->ceiling_pps && rate->pps > rate->ceiling_pps) ||
				  (rate->ceiling_cps && rate->cps > rate->ceiling_cps));
}

static void ceilings(const struct checks_facts *facts, struct checks_report *report)
{
	struct checks_names nodes = {}, allowed = {};
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < facts->nodes.count; i++)
		if (is_above(&facts->nodes.at[i].rate))
			checks_name(&nodes, cidr_format(&facts->nodes.at[i].cidr, text));
	for (size_t i = 0; i < facts->allowed.count; i++)
		if (is_above(&facts->allowed.at[i].rate))
			checks_name(&allowed, cidr_format(&facts->allowed.at[i].cidr, text));
	if (nodes.count)
		checks_add(report, "`ecdn-xdp node add CIDR --pps N --cps N`",
			   "%u nodes are above their ceilings: %s", nodes.count, nodes.text);
	if (allowed.count)
		checks_add(report, "`ecdn-xdp allow add CIDR --pps N --cps N`",
			   "%u allowed prefixes are above their ceilings: %s", allowed.count,
			   allowed.text);
}

static bool stands(const struct ecdn_xdp_limits *of, uint32_t kind, uint64_t now_ns)
{
	if (kind == ECDN_XDP_NOTE_EXEMPT)
		return of->exempt_until_ns > now_ns;
	return of->blocked && (!of->blocked_until_ns || of->blocked_until_ns > now_ns);
}

/* A note whose words in the file are a duration, and not a time. */
static bool begins_anew(const struct checks_facts *facts, const struct ecdn_xdp_note_key *key,
			const struct ecdn_xdp_note *note)
{
	const struct view_region *region = view_regions_at(&facts->regions, key->region);
	char words[sizeof(note->lasts) + 1] = "";
	uint64_t ns;

	memcpy(words, note->lasts, sizeof(note->lasts));
	return region && note->from_file &&
	       stands(&region->limits, key->kind, facts->moment.now_ns) &&
	       !quantity_parse_duration(words, &ns);
}

/* The pins, which know when they were read first, do not outlive a boot. */
static void durations(const struct checks_facts *facts, struct checks_report *report)
{
	scoped_fd int map = facts->status.guard && pins_has(facts->pin_dir, NOTES) ?
			    pins_get(facts->pin_dir, NOTES) : -1;
	struct ecdn_xdp_note_key key, *last = NULL;
	struct checks_names names = {};
	struct ecdn_xdp_note note;

	for (uint32_t i = 0; map >= 0 && i < 2 * ECDN_XDP_REGIONS_MAX &&
	     !bpf_map_get_next_key(map, last, &key); i++) {
		last = &key;
		if (!bpf_map_lookup_elem(map, &key, &note) && begins_anew(facts, &key, &note))
			checks_name(&names, view_regions_at(&facts->regions, key.region)->name);
	}
	if (names.count)
		checks_add(report, "write `until:` in the file in the place of `for:`",
			   "%u duration%s of the configuration file begin%s anew with a boot: %s",
			   names.count, names.count == 1 ? "" : "s", names.count == 1 ? "s" : "",
			   names.text);
}

/* Since when nobody has written what was learned; 0: somebody has of late, or it is not known. */
static uint64_t not_renewed(const struct view_region *region, uint64_t now_ns)
{
	const struct ecdn_xdp_learned *learned = &region->learned;
	uint64_t last_ns = learned->learned_ns ?: learned->since_ns;

	return region->learns && last_ns && now_ns > last_ns + LIMITS_LEARNED_OLD_NS ? last_ns : 0;
}

/* The agent goes with the version that is installed, the guard with the one that has loaded it. */
static void gives_way(const struct checks_facts *facts, struct checks_report *report)
{
	struct checks_names names = {};

	for (uint32_t i = 0; facts->status.guard && i < facts->regions.count; i++) {
		const struct view_region *region = &facts->regions.region[i];

		if (region->learns && !region->gives_way)
			checks_name(&names, region->name);
	}
	if (names.count)
		checks_add(report, "`ecdn-xdp load IFACE`", "an earlier version has loaded the "
			   "guard: if no agent renews the learned limits of %u region%s, those of "
			   "its last hour stay: %s", names.count, names.count == 1 ? "" : "s",
			   names.text);
}

static void learned(const struct checks_facts *facts, struct checks_report *report)
{
	uint64_t now_ns = facts->moment.now_ns, longest_ns = 0;
	char text[QUANTITY_DURATION_SIZE];
	struct checks_names names = {};
	bool gave_way = true;

	for (uint32_t i = 0; facts->status.guard && i < facts->regions.count; i++) {
		const struct view_region *region = &facts->regions.region[i];
		uint64_t last_ns = not_renewed(region, now_ns);

		if (!last_ns)
			continue;
		checks_name(&names, region->name);
		gave_way &= view_regions_gave_way(region);
		if (now_ns - last_ns > longest_ns)
			longest_ns = now_ns - last_ns;
	}
	gives_way(facts, report);
	if (names.count)
		checks_add(report, "`systemctl start ecdn-xdp-agent`; `ecdn-xdp limit set REGION "
			   "--no-auto --pps N` does without",
			   "no agent renews the learned limits of %u region%s, for up to %s%s: %s",
			   names.count, names.count == 1 ? "" : "s",
			   quantity_about(longest_ns, text), gave_way ?
			   ", so those of the busiest hour hold" : "", names.text);
}

const struct checks_row check_limits_rows[] = {
	{ "protect", protect },
	{ "limits", limits },
	{ "ceilings", ceilings },
	{ "durations", durations },
	{ "learned", learned },
	{},
};
