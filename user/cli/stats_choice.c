// SPDX-License-Identifier: BSD-2-Clause
#include "cli/stats_choice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/words.h"
#include "show/order.h"

/* How many states fit a bit mask, with room for those of a later version. */
#define STATE_SIZE 16

/* Reads the names of states into bits. 0 or -EINVAL, logged. */
static int read_states(const char *names, uint32_t *states)
{
	*states = names ? 0 : UINT32_MAX;
	while (names) {
		size_t length = strcspn(names, ",");
		char name[STATE_SIZE] = "";
		int state;

		if (length < sizeof(name))
			memcpy(name, names, length);
		state = words_index(view_regions_states, ECDN_XDP_STATE_MAX, name);
		if (state < 0)
			return log_error(-EINVAL, "--state %.*s: there is no such state; they are "
					 "normal, shielded, limited, exempt and blocked",
					 (int)length, names);
		*states |= 1U << state;
		names = names[length] ? names + length + 1 : NULL;
	}
	return 0;
}

int stats_choice_check(const struct stats_choice *choice, const struct fields *fields)
{
	char heads[FIELD_TEXT_SIZE];
	uint32_t states;

	if (choice->sort && !order_find(fields, choice->sort))
		return log_error(-EINVAL, "--sort %s: there is no such column; they are %s",
				 choice->sort, order_heads(fields, heads));
	return read_states(choice->states, &states);
}

static bool was_counted(const struct view_region *region)
{
	return region->counts.packets || region->requests.requests;
}

static bool is_now(const struct view_region *region)
{
	const struct view_flow *flow = &region->flow;

	return region->claimed.pps || region->claimed.cps || region->proven.cps ||
	       flow->dropped || flow->would_drop || flow->got_513;
}

static bool is_of_interest(const struct view_region *region, bool now)
{
	return region->state != ECDN_XDP_STATE_NORMAL || region->limits.own ||
	       (now ? is_now(region) : was_counted(region));
}

/* Limited regions come first, then shielded ones. */
static int rank_of(uint32_t state)
{
	return state == ECDN_XDP_STATE_LIMITED ? 0 : state == ECDN_XDP_STATE_SHIELDED ? 1 : 2;
}

static int by_number(uint64_t one, uint64_t other)
{
	return one > other ? -1 : one < other;
}

static int by_rank(const struct view_region *one, const struct view_region *other)
{
	int by = rank_of(one->state) - rank_of(other->state);

	by = by ?: by_number(one->load.share, other->load.share);
	return by ?: by_number(one->claimed.pps, other->claimed.pps);
}

static int compare(const void *left, const void *right, void *sort)
{
	const struct view_region *one = *(const struct view_region *const *)left;
	const struct view_region *other = *(const struct view_region *const *)right;
	int by = sort ? order_compare(sort, one, other) : by_rank(one, other);

	return by ?: (one->id > other->id) - (one->id < other->id);
}

int stats_choice_named(const struct stats_choice *choice, const struct view_regions *view)
{
	for (int i = 0; i < choice->count; i++)
		if (!view_regions_find(view, choice->names[i]))
			return WORDS_WRONG;
	return 0;
}

static int take_named(const struct stats_choice *choice, const struct view_regions *view,
		      const struct view_region **regions)
{
	for (int i = 0; i < choice->count; i++) {
		regions[i] = view_regions_find(view, choice->names[i]);
		if (!regions[i])
			return WORDS_WRONG;
	}
	return choice->count;
}

static int take(const struct stats_choice *choice, const struct view_regions *view,
		const struct view_region **regions)
{
	size_t count = 0;

	if (choice->count)
		return take_named(choice, view, regions);
	for (uint32_t i = 0; i < view->count; i++)
		if (choice->all || is_of_interest(&view->region[i], choice->now))
			regions[count++] = &view->region[i];
	return count;
}

static size_t keep_states(const struct view_region **regions, size_t count, uint32_t states)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (states & 1U << regions[i]->state)
			regions[kept++] = regions[i];
	return kept;
}

int stats_choice_make(const struct stats_choice *choice, const struct fields *fields,
		      const struct view_regions *view, const struct view_region ***regions,
		      size_t *count)
{
	const struct field *sort = choice->sort ? order_find(fields, choice->sort) : NULL;
	uint32_t states;
	int taken = read_states(choice->states, &states);

	*count = 0;
	*regions = calloc((size_t)view->count + choice->count + 1, sizeof(**regions));
	if (!taken && !*regions)
		return log_error(-ENOMEM, "out of memory for the regions");
	taken = taken ?: take(choice, view, *regions);
	if (taken < 0)
		return taken;
	*count = keep_states(*regions, taken, states);
	if (sort || choice->top || (choice->ranked && !choice->count))
		qsort_r(*regions, *count, sizeof(**regions), compare, (void *)sort);
	if (choice->top && *count > choice->top)
		*count = choice->top;
	return 0;
}
