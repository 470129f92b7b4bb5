// SPDX-License-Identifier: BSD-2-Clause
/*
 * source_csv.c - lines of `START,END,NAME`: IPv4 as integers or addresses,
 * IPv6 as addresses, both ends inside. Ranges must not overlap.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "regions/source_formats.h"

#define FIELDS 3

/* Exactly three fields. */
static int split(struct text line, struct text field[FIELDS])
{
	const char *at = line.start;

	for (int i = 0; i < FIELDS; i++) {
		const char *comma = memchr(at, ',', line.end - at);

		if (!comma != (i == FIELDS - 1))
			return -EINVAL;
		field[i] = text_trim((struct text){ at, comma ? comma : line.end });
		at = comma ? comma + 1 : line.end;
	}
	return 0;
}

/* An IPv4 address as an integer. */
static int read_integer(struct text text, struct address *address)
{
	uint64_t value = 0;

	if (text.start == text.end || text_length(text) > 10)
		return -EINVAL;
	for (const char *at = text.start; at < text.end; at++) {
		unsigned int digit = (unsigned char)*at - '0';

		if (digit > 9)
			return -EINVAL;
		value = value * 10 + digit;
	}
	if (value > UINT32_MAX)
		return -EINVAL;
	address->family = AF_INET;
	address->bits = (addr_bits)value << 96;
	return 0;
}

static int read_end(struct source *source, struct text text, unsigned int line,
		    struct address *address)
{
	char quoted[QUOTE_SIZE];

	if (!read_integer(text, address) || !text_address(text, address))
		return 0;
	source_bad_line(source, line, "'%s' is not an IPv4 or IPv6 address",
			text_quote(text, quoted));
	return -EINVAL;
}

static int read_range(struct source *source, struct text line, unsigned int number,
		      struct line_range *range, int *family)
{
	struct text field[FIELDS];
	struct address first, last;

	if (split(line, field)) {
		source_bad_line(source, number, "not START,END,NAME");
		return -EINVAL;
	}
	if (read_end(source, field[0], number, &first) ||
	    read_end(source, field[1], number, &last))
		return -EINVAL;
	if (first.family != last.family) {
		source_bad_line(source, number, "the range starts in IPv%d and ends in IPv%d",
				first.family == AF_INET ? 4 : 6, last.family == AF_INET ? 4 : 6);
		return -EINVAL;
	}
	if (last.bits < first.bits) {
		source_bad_line(source, number, "the range ends before it starts");
		return -EINVAL;
	}
	*family = first.family;
	range->first = first.bits;
	range->last = last.bits;
	if (first.family == AF_INET)
		range->last |= ((addr_bits)1 << 96) - 1;
	range->line = number;
	return source_line_entry(source, field[2], number, &range->entry);
}

static int by_first(const void *left, const void *right)
{
	const struct line_range *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

/* An overlap is the fault of the line that comes second in the file. */
static void check(struct source *source, const struct line_list *list)
{
	const struct line_range *furthest = list->range;

	for (size_t i = 1; i < list->count; i++) {
		const struct line_range *range = &list->range[i];
		bool second = range->line > furthest->line;

		if (range->first <= furthest->last)
			source_bad_line(source, second ? range->line : furthest->line,
					"the range overlaps that of line %u",
					second ? furthest->line : range->line);
		if (range->last > furthest->last)
			furthest = range;
	}
}

static int take_over(const struct line_list *lines, struct range_list *list)
{
	int error = 0;

	for (size_t i = 0; !error && i < lines->count; i++) {
		const struct line_range *range = &lines->range[i];

		if (range->entry != SOURCE_UNKNOWN_ENTRY)
			error = range_list_add(list, range->first, range->last, range->entry);
	}
	return error;
}

int source_read_csv(struct source *source, struct text data, struct range_set *set)
{
	struct line_set lines = { 0 };
	int error;

	error = source_read_lines(source, data, read_range, &lines);
	if (error)
		goto out;
	line_list_sort(&lines.v4, by_first);
	line_list_sort(&lines.v6, by_first);
	check(source, &lines.v4);
	check(source, &lines.v6);
	error = source_sum_up(source, "line");
	if (!error)
		error = take_over(&lines.v4, &set->v4);
	if (!error)
		error = take_over(&lines.v6, &set->v6);
out:
	line_set_free(&lines);
	return error;
}
