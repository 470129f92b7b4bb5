// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_draw.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "top/top_columns.h"
#include "top/top_head.h"
#include "top/top_help.h"
#include "top/top_list.h"
#include "top/top_region.h"
#include "top/top_spark.h"

/* Colour is never alone: the selected row has a mark, too. */
#define MARK ">"

static void put_cell(struct top_grid *grid, unsigned int row, unsigned int column,
		     const struct top_column *is, unsigned int width, enum top_look look,
		     const char *text)
{
	if (is->words)
		top_grid_put(grid, row, column, width, look, text);
	else
		top_grid_put_right(grid, row, column, width, look, text);
}

static void put_head(struct top_grid *grid, unsigned int row,
		     const struct top_snapshot *snapshot, const struct top_state *state,
		     const unsigned int width[TOP_COLUMNS_MAX])
{
	bool monitor = snapshot->regions && snapshot->regions->config.monitor;
	unsigned int column = 1;

	for (unsigned int i = 0; i < top_columns_count; i++) {
		const struct top_column *is = &top_columns[i];
		uint64_t minutes = top_spark_span(width[i]) / (60 * NS_PER_SECOND);
		char last[32];
		const char *head = monitor && is->head_monitor ? is->head_monitor : is->head;

		if (!width[i])
			continue;
		snprintf(last, sizeof(last), "%s %" PRIu64 "m", head, minutes);
		put_cell(grid, row, column, is, width[i], i == state->sort ? TOP_LOOK_TITLE :
			 TOP_LOOK_HEAD, i == top_columns_spark ? last : head);
		column += width[i] + 1;
	}
}

static void put_region(struct top_grid *grid, unsigned int row,
		       const struct top_snapshot *snapshot, const struct view_region *region,
		       const unsigned int width[TOP_COLUMNS_MAX])
{
	unsigned int column = 1;

	for (unsigned int i = 0; i < top_columns_count; i++) {
		const struct top_column *is = &top_columns[i];
		char room[FIELD_TEXT_SIZE];

		if (!width[i])
			continue;
		if (i == top_columns_spark)
			top_spark_put(grid, row, column, width[i], snapshot, region);
		else
			put_cell(grid, row, column, is, width[i], TOP_LOOK_PLAIN,
				 is->text(region, snapshot->regions, room));
		column += width[i] + 1;
	}
}

static void put_list(struct top_grid *grid, const struct top_snapshot *snapshot,
		     const struct top_state *state, const struct top_list *list,
		     unsigned int row)
{
	unsigned int width[TOP_COLUMNS_MAX];

	top_columns_fit(snapshot, grid->columns, width);
	put_head(grid, row++, snapshot, state, width);
	for (unsigned int i = list->first; i < list->count && i - list->first < list->room; i++) {
		const struct view_region *region = list->at[i];
		bool selected = i == list->selected && !state->batch;

		put_region(grid, row, snapshot, region, width);
		if (selected)
			top_grid_put(grid, row, 0, 1, TOP_LOOK_SELECTED, MARK);
		top_grid_look(grid, row++, selected ? TOP_LOOK_SELECTED :
			      top_head_look(region->state));
	}
}

static void put_page(struct top_grid *grid, const struct top_snapshot *snapshot,
		     const struct top_state *state, const struct top_list *list)
{
	unsigned int head = top_list_head_rows(state) - 1;
	unsigned int end = grid->rows - top_list_foot_rows(state);

	top_head_put(grid, snapshot, state, head);
	if (state->page == TOP_PAGE_HELP)
		top_help_put(grid, state, head, end);
	else if (state->page == TOP_PAGE_REGION)
		top_region_put(grid, snapshot, state, head, end);
	else
		put_list(grid, snapshot, state, list, head);
	if (top_list_foot_rows(state))
		top_head_put_foot(grid, snapshot, state, list->count);
}

/* Two lines of totals, the heads, and the regions; then how many are left out. */
static bool draw_batch(struct top_grid *grid, const struct top_snapshot *snapshot,
		       const struct top_state *state, struct top_list *list)
{
	unsigned int rows = 3 + list->count + (list->quiet > 0);
	char rest[64];

	list->first = 0;
	list->room = list->count;
	if (!top_grid_make(grid, rows, state->columns, state->utf8))
		return false;
	top_head_put(grid, snapshot, state, 2);
	put_list(grid, snapshot, state, list, 2);
	snprintf(rest, sizeof(rest), "%u more from which nothing comes", list->quiet);
	if (list->quiet)
		top_grid_put(grid, rows - 1, 1, grid->columns, TOP_LOOK_FAINT, rest);
	return true;
}

bool top_draw(struct top_grid *grid, const struct top_snapshot *snapshot,
	      const struct top_state *state)
{
	struct top_list list;
	bool drawn;

	if (!top_list_make(&list, snapshot, state))
		return false;
	if (state->batch) {
		drawn = draw_batch(grid, snapshot, state, &list);
	} else {
		drawn = top_grid_make(grid, state->rows, state->columns, state->utf8);
		if (drawn && grid->rows && grid->columns)
			put_page(grid, snapshot, state, &list);
	}
	top_list_free(&list);
	return drawn;
}
