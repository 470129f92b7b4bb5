// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_region.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/quantity.h"
#include "base/scoped.h"
#include "show/learned_text.h"
#include "show/limit_fields.h"
#include "show/region_fields.h"
#include "top/top_columns.h"
#include "top/top_head.h"
#include "top/top_line.h"
#include "top/top_spark.h"
#include "top/top_table.h"

/* On lower screens the table has the room. */
#define ROWS_LIMITS 14

/* "prefixes", ... */
static const char *tab_name(enum top_tab tab)
{
	static const char *const names[] = {
		[TOP_TAB_PREFIXES] = "prefixes", [TOP_TAB_NODES] = "nodes",
		[TOP_TAB_ORIGINS] = "origins", [TOP_TAB_LIMITS] = "limits",
	};

	return names[tab];
}

static const struct view_region *find(const struct top_snapshot *snapshot, const char *name)
{
	for (uint32_t i = 0; snapshot->regions && i < snapshot->regions->count; i++)
		if (!strcmp(snapshot->regions->region[i].name, name))
			return &snapshot->regions->region[i];
	return NULL;
}

/* "XX: limited for 12s, pps 412k of 200k". */
static void put_state(struct top_grid *grid, unsigned int row, const struct view_regions *view,
		      const struct view_region *region)
{
	char why[FIELD_TEXT_SIZE], since[QUANTITY_DURATION_SIZE], name[4 * ECDN_XDP_NAME_SIZE];
	struct top_line line = { .grid = grid, .row = row, .end = grid->columns };
	uint64_t for_ns = clock_seconds_ago(&view->moment, region->since_ns) * NS_PER_SECOND;
	const char *reason = region_fields_why(region, why);

	top_line_add(&line, TOP_LOOK_TITLE, "%s",
		     escape_text(region->name, name, sizeof(name)));
	top_line_add(&line, top_head_look(region->state), "%s%s%s",
		     view_regions_state_name(region->state), region->since_ns ? " for " : "",
		     region->since_ns ? quantity_about(for_ns, since) : "");
	if (reason)
		top_line_add(&line, TOP_LOOK_PLAIN, "%s", reason);
	top_line_add(&line, TOP_LOOK_PLAIN, "at %s of its limit",
		     top_columns_share_text(region, why));
}

static void add_rates(struct top_line *line, const char *what, const struct view_speed *speed)
{
	char pps[COLUMNS_RATE_SIZE], bps[COLUMNS_RATE_SIZE], cps[COLUMNS_RATE_SIZE];

	top_line_add(line, TOP_LOOK_PLAIN, "%s %s packets/s %s bits/s %s connections/s", what,
		     columns_rate_short(speed->pps, pps), columns_rate_short(speed->bps, bps),
		     columns_rate_short(speed->cps, cps));
}

static void put_rates(struct top_grid *grid, unsigned int row, const struct view_region *region)
{
	struct top_line line = { .grid = grid, .row = row, .end = grid->columns };
	char cps[COLUMNS_RATE_SIZE];

	add_rates(&line, "claimed", &region->claimed);
	if (region->surge.measure)
		add_rates(&line, "proven", &region->proven);
	else
		top_line_add(&line, TOP_LOOK_PLAIN, "proven %s connections/s",
			     columns_rate_short(region->proven.cps, cps));
}

/* Those that declare a surge, and the times. */
static void put_limits(struct top_grid *grid, unsigned int row,
		       const struct view_region *region)
{
	static const char *const names[] = { "pps", "bps", "cps", "grace", "hold" };
	struct top_line line = { .grid = grid, .row = row, .end = grid->columns };
	struct limit_fields_origin origin = {
		.limit = { .region = region->name, .limits = region->limits, .has_state = true },
	};
	char room[FIELD_TEXT_SIZE];

	top_line_add(&line, TOP_LOOK_PLAIN, "limits:");
	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		for (unsigned int j = 0; limit_fields_origin(&origin, j); j++)
			if (!strcmp(origin.name, names[i]))
				top_line_add(&line, TOP_LOOK_PLAIN, "%s %s", names[i],
					     origin.cell(&origin.limit, room));
}

/* How learned limits came about, a line each. Returns the row behind them. */
static unsigned int put_learned(struct top_grid *grid, unsigned int row,
				const struct view_regions *view, const struct view_region *region)
{
	char room[LEARNED_TEXT_SIZE], text[4 * LEARNED_TEXT_SIZE];

	for (unsigned int i = 0; i < ECDN_XDP_LEARNED_MEASURES; i++)
		if (learned_text_measure(region, i, &view->moment, grid->utf8, room))
			top_grid_put(grid, row++, 0, grid->columns, TOP_LOOK_PLAIN,
				     escape_text(room, text, sizeof(text)));
	if (learned_text_none(region, &view->moment, room))
		top_grid_put(grid, row++, 0, grid->columns, TOP_LOOK_PLAIN,
			     escape_text(room, text, sizeof(text)));
	return row;
}

static void put_past(struct top_grid *grid, unsigned int row, const struct top_snapshot *snapshot,
		     const struct view_region *region)
{
	struct top_line line = { .grid = grid, .row = row, .end = grid->columns };
	unsigned int width;
	char span[QUANTITY_DURATION_SIZE];

	width = grid->columns > VIEW_PAST_SLOTS + 16 ? VIEW_PAST_SLOTS :
		grid->columns > 24 ? grid->columns - 16 : 0;
	if (!width)
		return;
	top_line_add(&line, TOP_LOOK_FAINT, "last %s",
		     quantity_about(top_spark_span(width), span));
	top_spark_put(grid, row, 14, width, snapshot, region);
}

static void put_tabs(struct top_grid *grid, unsigned int row, const struct top_state *state)
{
	struct top_line line = { .grid = grid, .row = row, .end = grid->columns };

	for (enum top_tab tab = 0; tab < TOP_TABS; tab++)
		if (tab == state->tab)
			top_line_add(&line, TOP_LOOK_SELECTED, "[%u %s]", tab + 1,
				     tab_name(tab));
		else
			top_line_add(&line, TOP_LOOK_PLAIN, " %u %s ", tab + 1,
				     tab_name(tab));
}

/* The first line has the heads, and stays where it is. */
static void put_lines(struct top_grid *grid, char *text, unsigned int scroll, unsigned int row,
		      unsigned int end)
{
	unsigned int number = 0;
	char *rest = text;

	for (char *line; (line = strsep(&rest, "\n")) && row < end; number++) {
		if (number && number <= scroll)
			continue;
		top_grid_put(grid, row++, 0, grid->columns, number ? TOP_LOOK_PLAIN :
			     TOP_LOOK_HEAD, line);
	}
}

static void put_table(struct top_grid *grid, const struct top_snapshot *snapshot,
		      const struct top_state *state, const struct view_region *region,
		      unsigned int row, unsigned int end)
{
	const struct top_detail *detail = &snapshot->detail;
	bool is_read = state->tab == TOP_TAB_LIMITS ||
		       (detail->tab == state->tab && !strcmp(detail->region, region->name));
	scoped_free char *text = is_read && !detail->error ?
				 top_table_text(snapshot, region, state->tab, grid->columns) : NULL;

	if (text)
		put_lines(grid, text, state->scroll, row, end);
	else if (row < end)
		top_grid_put(grid, row, 0, grid->columns, detail->error ? TOP_LOOK_ERROR :
			     TOP_LOOK_FAINT, is_read && detail->error ? detail->error :
			     "not read yet");
}

void top_region_put(struct top_grid *grid, const struct top_snapshot *snapshot,
		    const struct top_state *state, unsigned int first, unsigned int end)
{
	const struct view_region *region = find(snapshot, state->selected);
	char name[4 * ECDN_XDP_NAME_SIZE];
	struct top_line line = { .grid = grid, .row = first, .end = grid->columns };

	if (!region) {
		top_line_add(&line, TOP_LOOK_TITLE, "%s",
			     escape_text(state->selected, name, sizeof(name)));
		top_line_add(&line, TOP_LOOK_ERROR, "is not there any more");
		return;
	}
	put_state(grid, first++, snapshot->regions, region);
	if (grid->rows >= ROWS_LIMITS) {
		put_rates(grid, first++, region);
		put_limits(grid, first++, region);
		first = put_learned(grid, first, snapshot->regions, region);
		put_past(grid, first++, snapshot, region);
	}
	if (first < end)
		put_tabs(grid, first++, state);
	put_table(grid, snapshot, state, region, first, end);
}
