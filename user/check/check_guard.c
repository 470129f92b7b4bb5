// SPDX-License-Identifier: BSD-2-Clause
#include "check/check_guard.h"

#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/scoped.h"
#include "guard/guard_maps.h"
#include "guard/guard_program.h"
#include "kernel/capabilities.h"
#include "kernel/pins.h"

static void off(const struct checks_facts *facts, struct checks_report *report)
{
	if (facts->status.config.off)
		checks_add(report, "`ecdn-xdp on`", "switched off: nothing is dropped and nobody "
			   "is refused");
}

/* An interface is known by its index. By another name the next boot would not find it. */
static void interface(const struct xdp_link *link, struct checks_report *report)
{
	const struct place *place = &link->place;
	char load[64];

	snprintf(load, sizeof(load), "`ecdn-xdp load %s`", place->now);
	switch (place->state) {
	case PLACE_VANISHED:
		checks_add(report, "`ecdn-xdp unload` it, or `load` it again when it is back",
			   "%s is gone", link->iface);
		break;
	case PLACE_BACK:
		checks_add(report, load, "%s is back, and has no guard", link->iface);
		break;
	case PLACE_DETACHED:
		checks_add(report, load, "somebody has detached the guard from %s", place->now);
		break;
	case PLACE_HERE:
		if (place_former(place, link->iface))
			checks_add(report, "`ecdn-xdp unload` it, and `load` it again",
				   "%s is called %s now", link->iface, place->now);
		break;
	case PLACE_ELSEWHERE:
		break;
	}
}

/* A note of where the guard was is left behind, which `unload` would have removed. */
static void unpinned(const char *pin_dir, struct checks_report *report)
{
	char load[64], pin[PINS_NAME_SIZE];
	unsigned int count;
	char **names;

	if (pins_names(pin_dir, XDP_LINK_NOTES, &names, &count))
		return;
	for (unsigned int i = 0; i < count; i++) {
		if (pins_has(pin_dir, pins_interface(PINS_LINKS, names[i], pin)))
			continue;
		snprintf(load, sizeof(load), "`ecdn-xdp load %s`", names[i]);
		checks_add(report, load, "somebody has removed the pin that holds the guard to %s",
			   names[i]);
	}
	pins_free_names(names, count);
}

static void interfaces(const struct checks_facts *facts, struct checks_report *report)
{
	const struct view_status *status = &facts->status;

	if (status->guard && !status->attachment_count)
		checks_add(report, "`ecdn-xdp load IFACE`", "no interface has the guard");
	for (unsigned int i = 0; i < status->attachment_count; i++)
		interface(&status->attachments[i], report);
	if (status->guard)
		unpinned(facts->pin_dir, report);
}

/* How long ago the guard's program was loaded: each `load` does so. 0 if the kernel cannot tell. */
static uint64_t loaded_for_ns(const char *pin_dir)
{
	char path[PINS_PATH_SIZE];
	scoped_fd int program = bpf_obj_get(pins_path(pin_dir, GUARD_PROGRAM_PIN, path));
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	uint64_t now_ns = clock_ns(CLOCK_BOOTTIME);

	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &size))
		return 0;
	return now_ns > info.load_time ? now_ns - info.load_time : 0;
}

static void monitor(const struct checks_facts *facts, struct checks_report *report)
{
	const struct ecdn_xdp_config *config = &facts->status.config;
	uint64_t for_ns;

	if (!facts->status.guard || config->off || !config->monitor)
		return;
	for_ns = loaded_for_ns(facts->pin_dir);
	if (for_ns > facts->options.monitor_ns)
		checks_add(report, "`ecdn-xdp load --enforce IFACE`",
			   "monitor mode for %llu hours: nothing is dropped",
			   for_ns / NS_PER_SECOND / 3600);
}

/* What was switched off is as configured. While the link is gone the guard waits for what is
 * proven, which nothing tells it. */
static void shield(const struct checks_facts *facts, struct checks_report *report)
{
	__u32 state = facts->status.config.shield;

	if (facts->status.guard && facts->status.unproven && state != ECDN_XDP_SHIELD_OFF)
		checks_add(report, "`ecdn-xdp load IFACE`", "%s: %s",
			   state == ECDN_XDP_SHIELD_ON ? "nothing is proven" :
			   "regions can be limited by what is forged", facts->status.unproven);
}

/* What is frozen for processes is not for programs. Every kernel takes 1 as the value that forbids
 * it. */
static void programs(const struct checks_facts *facts, struct checks_report *report)
{
	if (facts->status.guard && capabilities_are_for_all())
		checks_add(report, "`sysctl kernel.unprivileged_bpf_disabled=1`", "any user may "
			   "load BPF programs, and those of who may open the maps for proxies can "
			   "write them: who is limited, trusted, or in which region");
}

/* Whether the guard that this version loads has that pin, whatever is configured. */
static bool is_always_there(const struct map_row *row)
{
	/* Two of these come with the program proven, the other when a table is read. */
	return row->type && strcmp(row->name, "shield_ifaces") &&
	       strcmp(row->name, "fast_opens") && strcmp(row->name, "region_sources");
}

static void pins(const struct checks_facts *facts, struct checks_report *report)
{
	if (!facts->status.guard)
		return;
	for (const struct map_row *row = guard_maps_rows; row->name; row++)
		if (row->optional && is_always_there(row) &&
		    !pins_has(facts->pin_dir, row->name)) {
			checks_add(report, "`ecdn-xdp load IFACE`",
				   "an earlier version has loaded the guard: %s is missing",
				   row->name);
			return;
		}
}

static void requests(const struct checks_facts *facts, struct checks_report *report)
{
	if (facts->status.requests_frozen)
		checks_add(report, "`ecdn-xdp load IFACE`", "proxies that are started cannot "
			   "count requests: request_stats is frozen");
}

/* What the guard gives up while the check watches. */
static void give_ups(const struct checks_facts *facts, struct checks_report *report)
{
	const struct {
		uint64_t grown;
		const char *what, *remedy;
	} rows[] = {
		{ facts->grown.no_table, "packets have no region, as there is no table",
		  "`ecdn-xdp region load FILE`" },
		{ facts->grown.map_missing, "packets pass, as a map is missing",
		  "`ecdn-xdp load IFACE`" },
		{ facts->grown.bucket_evicted + facts->grown.bucket_full,
		  "more prefixes flood than there are buckets for", "`ecdn-xdp prefix`" },
		{ facts->grown.unproven, "connections come by an interface without the guard and "
		  "prove nothing", "`ecdn-xdp load IFACE`" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].grown)
			checks_add(report, rows[i].remedy, "%s: %lu just now", rows[i].what,
				   rows[i].grown);
}

const struct checks_row check_guard_rows[] = {
	{ "off", off },
	{ "interfaces", interfaces },
	{ "monitor", monitor },
	{ "shield", shield },
	{ "pins", pins },
	{ "programs", programs },
	{ "requests", requests },
	{ "give-ups", give_ups },
	{},
};
