// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_list.h"

#include <stdlib.h>
#include <string.h>

#include "top/top_columns.h"

/* Screens of fewer rows have one line of totals, and fewer still no line of keys. */
#define ROWS_TWO_LINES 10
#define ROWS_FOOT 4

unsigned int top_list_head_rows(const struct top_state *state)
{
	return (state->rows >= ROWS_TWO_LINES ? 2 : 1) + 1;
}

unsigned int top_list_foot_rows(const struct top_state *state)
{
	return state->rows >= ROWS_FOOT;
}

static bool is_quiet(const struct view_region *region)
{
	const struct view_flow *flow = &region->flow;

	return region->state == ECDN_XDP_STATE_NORMAL && !region->limits.own &&
	       !region->claimed.pps && !region->claimed.cps && !region->proven.cps &&
	       !flow->dropped && !flow->would_drop && !flow->got_513;
}

static int compare(const void *left, const void *right, void *context)
{
	const struct top_state *state = context;
	int by = top_columns_compare(state->sort, *(const struct view_region *const *)left,
				     *(const struct view_region *const *)right);

	return state->reversed ? -by : by;
}

static void choose(struct top_list *list, const struct view_regions *regions,
		   const struct top_state *state)
{
	for (uint32_t i = 0; i < regions->count; i++) {
		const struct view_region *region = &regions->region[i];

		if (*state->filter && !strcasestr(region->name, state->filter))
			continue;
		if (state->batch && is_quiet(region))
			list->quiet++;
		else
			list->at[list->count++] = region;
	}
	qsort_r(list->at, list->count, sizeof(*list->at), compare, (void *)state);
}

/* The selected region keeps its name, wherever it goes; if it is gone, its place is kept. */
static void settle(struct top_list *list, const struct top_state *state)
{
	unsigned int taken = top_list_head_rows(state) + top_list_foot_rows(state);

	list->room = state->rows > taken ? state->rows - taken : 0;
	list->selected = state->at < list->count ? state->at : list->count ? list->count - 1 : 0;
	for (unsigned int i = 0; *state->selected && i < list->count; i++)
		if (!strcmp(list->at[i]->name, state->selected))
			list->selected = i;
	list->first = state->first;
	if (list->first + list->room > list->count)
		list->first = list->count > list->room ? list->count - list->room : 0;
	if (list->selected < list->first)
		list->first = list->selected;
	if (list->room && list->selected >= list->first + list->room)
		list->first = list->selected - list->room + 1;
}

bool top_list_make(struct top_list *list, const struct top_snapshot *snapshot,
		   const struct top_state *state)
{
	uint32_t count = snapshot->regions ? snapshot->regions->count : 0;

	*list = (struct top_list){ .at = calloc(count + 1, sizeof(*list->at)) };
	if (!list->at)
		return false;
	if (count)
		choose(list, snapshot->regions, state);
	settle(list, state);
	return true;
}

void top_list_free(struct top_list *list)
{
	free(list->at);
	*list = (struct top_list){};
}

void top_list_select(const struct top_list *list, struct top_state *state, unsigned int at)
{
	if (!list->count)
		return;
	at = at < list->count ? at : list->count - 1;
	state->at = at;
	strcpy(state->selected, list->at[at]->name);
	state->first = list->first;
	if (at < state->first)
		state->first = at;
	if (list->room && at >= state->first + list->room)
		state->first = at - list->room + 1;
}
