// SPDX-License-Identifier: BSD-2-Clause
#include "regions/region_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "regions/table.h"
#include "table/lines.h"

struct coverage *region_change_measure(const struct ecdn_xdp_table_line *lines)
{
	struct coverage *by_id = calloc(ECDN_XDP_REGIONS_MAX, sizeof(*by_id));

	if (!by_id) {
		log_error(-ENOMEM, "out of memory for the regions");
		return NULL;
	}
	if (!lines || !coverage_of_table(lines, by_id, ECDN_XDP_REGIONS_MAX))
		return by_id;
	log_error(-EPROTO, "the region table is damaged: it leads in circles");
	free(by_id);
	return NULL;
}

static void find_lost(struct region_change *change, const struct names *names,
		      const struct coverage *before, const struct coverage *after)
{
	for (uint32_t id = 1; id < ECDN_XDP_REGIONS_MAX; id++) {
		if (coverage_is_none(&before[id]) || !coverage_is_none(&after[id]))
			continue;
		if (change->lost < REGION_CHANGE_LOST)
			strcpy(change->lost_name[change->lost], names_of(names, id) ?: "?");
		change->lost++;
	}
}

/* The same ranges always make the same lines. Names, paths and times stand behind them. */
static bool are_same(const struct ecdn_xdp_table_line *old, const struct ecdn_xdp_table_line *new)
{
	const struct ecdn_xdp_table_header *a = (const void *)&old[ECDN_XDP_TABLE_HEADER];
	const struct ecdn_xdp_table_header *b = (const void *)&new[ECDN_XDP_TABLE_HEADER];
	size_t lines = ECDN_XDP_TABLE_FIRST_FREE - ECDN_XDP_TABLE_ROOT_V4 + b->lines_v4 +
		       b->lines_v6;

	return a->lines_v4 == b->lines_v4 && a->lines_v6 == b->lines_v6 &&
	       !memcmp(&old[ECDN_XDP_TABLE_ROOT_V4], &new[ECDN_XDP_TABLE_ROOT_V4],
		       lines * sizeof(*old));
}

void region_change_compare(struct region_change *change, const struct names *names,
			   const struct ecdn_xdp_table_line *old, const struct coverage *before,
			   const struct ecdn_xdp_table_line *new, const struct coverage *after)
{
	const struct ecdn_xdp_table_header *header = (const void *)&new[ECDN_XDP_TABLE_HEADER];

	memset(change, 0, sizeof(*change));
	change->generation = header->generation;
	change->before = coverage_sum(before, ECDN_XDP_REGIONS_MAX);
	change->after = coverage_sum(after, ECDN_XDP_REGIONS_MAX);
	change->first = coverage_is_none(&change->before);
	change->same = old && !change->first && are_same(old, new);
	find_lost(change, names, before, after);
}

static int refuse(const struct region_change *change, enum coverage_family family)
{
	char before[COVERAGE_TEXT_SIZE], after[COVERAGE_TEXT_SIZE];

	if (!coverage_shrinks(&change->before, &change->after, family))
		return 0;
	return log_error(-EINVAL, "the new region table has %s, the one in use %s: more than %d %% "
			 "would be lost; nothing was changed; --shrink loads it all the same",
			 coverage_text(&change->after, family, after),
			 coverage_text(&change->before, family, before), COVERAGE_LOSS);
}

int region_change_refuse(const struct region_change *change)
{
	return refuse(change, COVERAGE_V4) ?: refuse(change, COVERAGE_V6);
}
