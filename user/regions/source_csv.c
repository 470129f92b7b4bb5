// SPDX-License-Identifier: BSD-2-Clause
/*
 * source_csv.c - lines of `START,END,NAME`: IPv4 as integers or addresses, IPv6 as
 * addresses, both ends inside. Ranges must not overlap.
 */
#include <errno.h>
#include <string.h>

#include "base/quantity.h"
#include "regions/source_entry.h"
#include "regions/source_rows.h"

#define FIELDS 3
#define INTEGER_DIGITS 10       /* of the highest IPv4 address */

/* The first line that is no comment decides. */
int source_csv_knows(const struct source *source)
{
	struct text_lines lines = { .rest = source->file.text };
	struct text line;
	int commas = 0;

	if (!text_next_line(&lines, &line))
		return 0;
	for (const char *c = line.start; c < line.end; c++)
		commas += *c == ',';
	return commas == FIELDS - 1;
}

/* Refuses a line that has not exactly three fields. */
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

/* Reads an IPv4 address that is written as one integer. */
static int read_integer(struct text text, struct address *address)
{
	uint64_t value;

	if (text_length(text) > INTEGER_DIGITS ||
	    quantity_parse_digits(text.start, text.end, UINT32_MAX, &value))
		return -EINVAL;
	address->family = AF_INET;
	address->bits = (addr_bits)value << 96;
	return 0;
}

static int read_address(struct source *source, struct text text, unsigned int line,
			struct address *address)
{
	char quoted[TEXT_QUOTE_SIZE];

	if (!read_integer(text, address) || !text_address(text, address))
		return 0;
	report_line(&source->report, line, "'%s' is not an IPv4 or IPv6 address",
		    text_quote(text, quoted));
	return -EINVAL;
}

static int check_ends(struct source *source, unsigned int line, const struct address *first,
		      const struct address *last)
{
	if (first->family != last->family)
		report_line(&source->report, line, "the range starts in IPv%d and ends in IPv%d",
			    address_version(first->family), address_version(last->family));
	else if (last->bits < first->bits)
		report_line(&source->report, line, "the range ends before it starts");
	else
		return 0;
	return -EINVAL;
}

static int read_row(struct source *source, struct text line, unsigned int number,
		    struct source_row *row, int *family)
{
	struct text field[FIELDS];
	struct address first, last;

	if (split(line, field)) {
		report_line(&source->report, number, "not START,END,NAME");
		return -EINVAL;
	}
	if (read_address(source, field[0], number, &first) ||
	    read_address(source, field[1], number, &last) ||
	    check_ends(source, number, &first, &last))
		return -EINVAL;
	*family = first.family;
	row->first = first.bits;
	/* Addresses are left-aligned: the last IPv4 one has ones behind its 32 bits. */
	row->last = last.bits | cidr_host_mask(address_family_bits(last.family));
	return source_entry_of_line(source, field[2], number, &row->entry);
}

static int by_first(const void *left, const void *right)
{
	const struct source_row *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

/* Of two rows that overlap, the one that comes second in the file is at fault. */
static void find_overlaps(struct source *source, const struct source_rows *rows)
{
	const struct source_row *furthest = rows->row;

	for (size_t i = 1; i < rows->count; i++) {
		const struct source_row *row = &rows->row[i];
		bool second = row->line > furthest->line;

		if (row->first <= furthest->last)
			report_line(&source->report, second ? row->line : furthest->line,
				    "the range overlaps that of line %u",
				    second ? furthest->line : row->line);
		if (row->last > furthest->last)
			furthest = row;
	}
}

static int check_rows(struct source *source, struct source_row_set *rows)
{
	source_rows_sort(&rows->v4, by_first);
	source_rows_sort(&rows->v6, by_first);
	find_overlaps(source, &rows->v4);
	find_overlaps(source, &rows->v6);
	return report_finish(&source->report, "line");
}

static int take_over(const struct source_rows *rows, struct range_list *list)
{
	int err = 0;

	for (size_t i = 0; !err && i < rows->count; i++) {
		const struct source_row *row = &rows->row[i];

		if (row->entry != SOURCE_ENTRY_UNKNOWN)
			err = range_list_add(list, row->first, row->last, row->entry);
	}
	return err;
}

int source_csv_read(struct source *source, struct range_set *set)
{
	struct source_row_set rows = {};
	int err = source_rows_read(source, read_row, &rows);

	err = err ?: check_rows(source, &rows);
	err = err ?: take_over(&rows.v4, &set->v4);
	err = err ?: take_over(&rows.v6, &set->v6);
	source_rows_free(&rows);
	return err;
}
