// SPDX-License-Identifier: BSD-2-Clause
#include "table/range.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

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

int range_list_add(struct range_list *list, addr_bits first, addr_bits last, uint32_t entry)
{
	const struct range range = { first, last, entry };
	struct range *before = list->count ? &list->range[list->count - 1] : NULL;

	if (before && before->entry == entry && before->last + 1 == first) {
		before->last = last;
		return 0;
	}
	return array_append(list->range, list->count, &range);
}

/*
 * Adds what the upper list leaves of one range of the lower list, and the upper ranges up to
 * its end. *next is the first range of the upper list that is not in out yet.
 */
static int overlay_range(const struct range *base, const struct range_list *over, size_t *next,
			 struct range_list *out)
{
	addr_bits first = base->first;
	int err = 0;

	while (!err) {
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
			err = range_list_add(out, first, up->first - 1, base->entry);
		if (!err)
			err = range_list_add(out, up->first, up->last, up->entry);
	}
	return err;
}

static int overlay_list(const struct range_list *base, const struct range_list *over,
			struct range_list *out)
{
	size_t next = 0;
	int err = 0;

	for (size_t i = 0; !err && i < base->count; i++)
		err = overlay_range(&base->range[i], over, &next, out);
	for (; !err && next < over->count; next++) {
		const struct range *up = &over->range[next];

		err = range_list_add(out, up->first, up->last, up->entry);
	}
	return err;
}

int range_set_overlay(struct range_set *into, const struct range_set *over)
{
	struct range_set out = {};
	int err;

	err = overlay_list(&into->v4, &over->v4, &out.v4);
	err = err ?: overlay_list(&into->v6, &over->v6, &out.v6);
	if (err) {
		range_set_free(&out);
		return err;
	}
	range_set_free(into);
	*into = out;
	return 0;
}
