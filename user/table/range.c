// SPDX-License-Identifier: BSD-2-Clause
#include "table/range.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_AT_FIRST 64

void range_list_free(struct range_list *list)
{
	free(list->range);
	memset(list, 0, sizeof(*list));
}

void range_set_free(struct range_set *set)
{
	range_list_free(&set->v4);
	range_list_free(&set->v6);
}

static int reserve(struct range_list *list, size_t room)
{
	struct range *range = reallocarray(list->range, room, sizeof(*range));

	if (!range)
		return -ENOMEM;
	list->range = range;
	list->room = room;
	return 0;
}

int range_list_add(struct range_list *list, addr_bits first, addr_bits last, uint32_t entry)
{
	if (list->count) {
		struct range *before = &list->range[list->count - 1];

		if (before->entry == entry && before->last + 1 == first) {
			before->last = last;
			return 0;
		}
	}
	if (list->count == list->room) {
		int error = reserve(list, list->room ? list->room * 2 : ROOM_AT_FIRST);

		if (error)
			return error;
	}
	list->range[list->count++] = (struct range){ first, last, entry };
	return 0;
}

/*
 * One range of the lower list, as far as the upper one leaves it, and the upper
 * ranges up to its end. *next: first range of the upper list not in out yet.
 */
static int overlay_range(const struct range *base, const struct range_list *over, size_t *next,
			 struct range_list *out)
{
	addr_bits first = base->first;
	int error = 0;

	while (!error) {
		const struct range *done = *next ? &over->range[*next - 1] : NULL;
		const struct range *up;

		if (done && done->last >= base->last)
			return 0;
		if (done && done->last >= first)
			first = done->last + 1;
		if (*next == over->count || over->range[*next].first > base->last)
			return range_list_add(out, first, base->last, base->entry);
		up = &over->range[(*next)++];
		if (up->first > first)
			error = range_list_add(out, first, up->first - 1, base->entry);
		if (!error)
			error = range_list_add(out, up->first, up->last, up->entry);
	}
	return error;
}

static int overlay_list(const struct range_list *base, const struct range_list *over,
			struct range_list *out)
{
	size_t next = 0;
	int error = 0;

	if (base->count + over->count)
		error = reserve(out, base->count + over->count);
	for (size_t i = 0; !error && i < base->count; i++)
		error = overlay_range(&base->range[i], over, &next, out);
	for (; !error && next < over->count; next++) {
		const struct range *up = &over->range[next];

		error = range_list_add(out, up->first, up->last, up->entry);
	}
	return error;
}

int range_set_overlay(struct range_set *into, const struct range_set *over)
{
	struct range_set out = { 0 };
	int error;

	error = overlay_list(&into->v4, &over->v4, &out.v4);
	if (!error)
		error = overlay_list(&into->v6, &over->v6, &out.v6);
	if (error) {
		range_set_free(&out);
		return error;
	}
	range_set_free(into);
	*into = out;
	return 0;
}
