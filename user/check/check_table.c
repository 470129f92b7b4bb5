// SPDX-License-Identifier: BSD-2-Clause
#include "check/check_table.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/scoped.h"
#include "regions/table.h"
#include "regions/table_extent.h"
#include "view/view_table.h"

#define NAMES_PERCENT 80

static void age(const struct checks_facts *facts, struct checks_report *report)
{
	const struct ecdn_xdp_table_header *table = &facts->status.table;
	uint64_t now = clock_epoch(&facts->moment, facts->moment.now_ns), seconds;

	if (!facts->status.guard)
		return;
	if (!table->generation || !(table->ranges_v4 + table->ranges_v6)) {
		checks_add(report, "`ecdn-xdp region load FILE`",
			   "no region table is loaded, so all packets count as --");
		return;
	}
	seconds = now > table->loaded_at ? now - table->loaded_at : 0;
	if (seconds >= facts->options.table_age_ns / NS_PER_SECOND)
		checks_add(report, "`ecdn-xdp region load` today's database",
			   "the region table was loaded %lu days ago", seconds / 86400);
}

static void mark(const struct ecdn_xdp_table_line *lines, int family, bool *found,
		 uint32_t count)
{
	struct address at = { 0, family };
	struct table_extent extent;
	uint32_t id;

	do {
		id = table_lookup(lines, &at);
		if (id < count)
			found[id] = true;
		table_extent_find(lines, &at, &extent);
		at.bits = extent.last + 1;
	} while (at.bits);
}

static bool is_configured(const struct view_region *region)
{
	return region->limits.own || region->state == ECDN_XDP_STATE_BLOCKED ||
	       region->state == ECDN_XDP_STATE_EXEMPT;
}

/* Names that nobody has set anything for may be left over from other tables. */
static void name_empty(const struct checks_facts *facts, const bool *found,
		       struct checks_report *report)
{
	struct checks_names names = {};

	for (uint32_t i = 0; i < facts->regions.count; i++) {
		const struct view_region *region = &facts->regions.region[i];

		if (region->id != ECDN_XDP_REGION_NONE && region->id < ECDN_XDP_REGIONS_MAX &&
		    !found[region->id] && is_configured(region))
			checks_name(&names, region->name);
	}
	if (names.count)
		checks_add(report, "`ecdn-xdp region load` a file that has them",
			   "%u region%s with limits, a block or an exemption %s no addresses in "
			   "the table: %s", names.count, names.count == 1 ? "" : "s",
			   names.count == 1 ? "has" : "have", names.text);
}

static void regions(const struct checks_facts *facts, struct checks_report *report)
{
	scoped_free bool *found = calloc(ECDN_XDP_REGIONS_MAX, sizeof(*found));
	struct view_table table;

	if (!facts->status.guard || !found || view_table_open(&table, facts->pin_dir))
		return;
	mark(table.lines, AF_INET, found, ECDN_XDP_REGIONS_MAX);
	mark(table.lines, AF_INET6, found, ECDN_XDP_REGIONS_MAX);
	view_table_close(&table);
	name_empty(facts, found, report);
}

static void names(const struct checks_facts *facts, struct checks_report *report)
{
	uint32_t used = facts->status.regions, room = facts->status.config.max_regions;

	if (facts->status.guard && used * 100ULL >= room * (uint64_t)NAMES_PERCENT)
		checks_add(report, "`ecdn-xdp region forget NAME`, or `load --max-regions N` "
			   "after `unload --all`", "%u of %u region names are in use", used, room);
}

const struct checks_row check_table_rows[] = {
	{ "table", age },
	{ "regions", regions },
	{ "names", names },
	{},
};
