// SPDX-License-Identifier: BSD-2-Clause
/*
 * source_cidr.c - lines of `CIDR NAME`. Prefixes may nest: the longest that
 * holds an address names its region.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "regions/source_formats.h"

/* Prefixes that hold each other: one of each length. */
#define NESTED 129

static int read_prefix(struct source *source, struct text line, unsigned int number,
		       struct line_range *range, int *family)
{
	struct text prefix = text_word(&line), name = text_word(&line);
	struct cidr cidr;
	int error;

	line = text_trim(line);
	if (name.start == name.end || line.start < line.end) {
		source_bad_line(source, number, "not CIDR NAME");
		return -EINVAL;
	}
	error = text_cidr(prefix, &cidr);
	if (error) {
		source_bad_cidr(source, number, prefix, error, &cidr);
		return -EINVAL;
	}
	*family = cidr.addr.family;
	range->first = cidr.addr.bits;
	range->last = cidr_last(&cidr);
	range->line = number;
	return source_line_entry(source, name, number, &range->entry);
}

/* What holds another comes before it. */
static int compare(const struct line_range *a, const struct line_range *b)
{
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	if (a->last != b->last)
		return a->last > b->last ? -1 : 1;
	return 0;
}

static int by_prefix(const void *left, const void *right)
{
	const struct line_range *a = left, *b = right;
	int order = compare(a, b);

	return order ? order : a->line < b->line ? -1 : a->line > b->line;
}

/* Equal prefixes are neighbours now: all but one go, if they agree. */
static void unite(struct source *source, struct line_list *list)
{
	size_t kept = 0;

	for (size_t i = 1; i < list->count; i++) {
		const struct line_range *range = &list->range[i];

		if (compare(range, &list->range[kept]))
			list->range[++kept] = *range;
		else if (range->entry != list->range[kept].entry)
			source_bad_line(source, range->line,
					"the prefix has another name on line %u",
					list->range[kept].line);
	}
	if (list->count)
		list->count = kept + 1;
}

/* The prefixes that hold the current address, and how far they are given out. */
struct nest {
	const struct line_range *open[NESTED];
	int depth;
	addr_bits from;
	bool over;              /* the last address of all is given out */
	struct range_list *list;
};

/* Gives out the innermost prefix up to `last`. */
static int nest_advance(struct nest *nest, addr_bits last)
{
	uint32_t entry = nest->open[nest->depth - 1]->entry;
	int error = 0;

	if (nest->over || nest->from > last)
		return 0;
	if (entry != SOURCE_UNKNOWN_ENTRY)
		error = range_list_add(nest->list, nest->from, last, entry);
	nest->from = last + 1;
	nest->over = !nest->from;
	return error;
}

static int nest_close(struct nest *nest)
{
	int error = nest_advance(nest, nest->open[nest->depth - 1]->last);

	nest->depth--;
	return error;
}

static int flatten(const struct line_list *lines, struct range_list *list)
{
	struct nest nest = { .list = list };
	int error = 0;

	for (size_t i = 0; !error && i < lines->count; i++) {
		const struct line_range *range = &lines->range[i];

		while (!error && nest.depth && nest.open[nest.depth - 1]->last < range->first)
			error = nest_close(&nest);
		if (!error && nest.depth && range->first)
			error = nest_advance(&nest, range->first - 1);
		nest.from = range->first;
		nest.open[nest.depth++] = range;
	}
	while (!error && nest.depth)
		error = nest_close(&nest);
	return error;
}

int source_read_cidr(struct source *source, struct text data, struct range_set *set)
{
	struct line_set lines = { 0 };
	int error;

	error = source_read_lines(source, data, read_prefix, &lines);
	if (error)
		goto out;
	line_list_sort(&lines.v4, by_prefix);
	line_list_sort(&lines.v6, by_prefix);
	unite(source, &lines.v4);
	unite(source, &lines.v6);
	error = source_sum_up(source, "line");
	if (!error)
		error = flatten(&lines.v4, &set->v4);
	if (!error)
		error = flatten(&lines.v6, &set->v6);
out:
	line_set_free(&lines);
	return error;
}
