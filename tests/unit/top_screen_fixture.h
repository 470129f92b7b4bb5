/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_screen_fixture.h - made-up regions, and a screen of them as lines of text.
 */
#ifndef TESTS_UNIT_TOP_SCREEN_FIXTURE_H
#define TESTS_UNIT_TOP_SCREEN_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top/top_columns.h"
#include "top/top_draw.h"

#define NOW_NS (100000000 * NS_PER_SECOND)

#define LOADED(of) .load = { ECDN_XDP_MEASURE_PPS, .rate = of * 10, .limit = 10000, .share = of }

static struct view_region screen_regions[] = {
	{ .id = 0, .name = "--", .claimed = { .pps = 5 } },
	{ .id = 1, .name = "CALM", LOADED(0) },
	{ .id = 2, .name = "BUSY", LOADED(800), .claimed = { 8000, 4000000, 80 },
	  .proven.cps = 70 },
	{ .id = 3, .name = "HIT", LOADED(2050), .state = ECDN_XDP_STATE_LIMITED,
	  .since_ns = NOW_NS - 200 * NS_PER_SECOND, .claimed = { 20500, 9840000, 300 },
	  .surge = { ECDN_XDP_MEASURE_PPS, true, 20500, 10000, 2050 },
	  .flow = { true, .dropped = 12300, .got_513 = 17 }, .limits.own = ECDN_XDP_OWN_PPS,
	  .limits.pps = 10000, .limits.hold_ns = 10 * NS_PER_SECOND },
	{ .id = 4, .name = "OVER", LOADED(12000), .state = ECDN_XDP_STATE_SHIELDED,
	  .since_ns = NOW_NS - 90000 * NS_PER_SECOND, .claimed = { 120000, 1, 1 } },
	{ .id = 5, .name = "OUT", .state = ECDN_XDP_STATE_BLOCKED },
	{ .id = 7, .name = "FREE", .state = ECDN_XDP_STATE_EXEMPT,
	  .since_ns = NOW_NS - 400 * 86400 * NS_PER_SECOND },
};

#define SCREEN_REGIONS (sizeof(screen_regions) / sizeof(*screen_regions))

static struct view_regions screen_view = {
	.moment = { NOW_NS, 1700000000 * NS_PER_SECOND }, .region = screen_regions,
	.count = SCREEN_REGIONS,
};

static struct top_snapshot screen_snapshot = { .regions = &screen_view };

static struct top_state screen_state(unsigned int rows, unsigned int columns)
{
	return (struct top_state){ .rows = rows, .columns = columns, .utf8 = true,
				   .sort = top_columns_share, .interval_ns = NS_PER_SECOND };
}

/* The screen's lines, without blanks at their ends; the caller frees them. */
static inline char *screen_text(const struct top_snapshot *snapshot, const struct top_state *state)
{
	struct top_grid grid;
	char *text, *end;

	if (!top_draw(&grid, snapshot, state))
		return NULL;
	text = end = calloc((size_t)grid.rows * (grid.columns + 1) + 1, TOP_GRID_TEXT);
	for (unsigned int row = 0; text && row < grid.rows; row++) {
		for (unsigned int column = 0; column < grid.columns; column++)
			end = stpcpy(end, top_grid_at(&grid, row, column)->text);
		while (end > text && end[-1] == ' ')
			end--;
		end = stpcpy(end, "\n");
	}
	top_grid_free(&grid);
	return text;
}

#endif
