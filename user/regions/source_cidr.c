// SPDX-License-Identifier: BSD-2-Clause
/*
 * source_cidr.c - lines of `CIDR NAME`. Prefixes may nest: the longest one around an address
 * names its region.
 */
#include <errno.h>

#include "regions/source_entry.h"
#include "regions/source_rows.h"

/* Prefixes around one address: at most one of each length from 0 to 128. */
#define NEST_MAX 129

int source_cidr_knows(const struct source *source)
{
	(void)source;
	return 1;
}

static int read_row(struct source *source, struct text line, unsigned int number,
		    struct source_row *row, int *family)
{
	struct text prefix = text_word(&line), name = text_word(&line);
	struct cidr cidr;
	int err;

	line = text_trim(line);
	if (name.start == name.end || line.start < line.end) {
		report_line(&source->report, number, "not CIDR NAME");
		return -EINVAL;
	}
	err = text_cidr(prefix, &cidr);
	if (err) {
		report_cidr(&source->report, number, prefix, err, &cidr);
		return -EINVAL;
	}
	*family = cidr.addr.family;
	row->first = cidr.addr.bits;
	row->last = cidr_last(&cidr);
	return source_entry_of_line(source, name, number, &row->entry);
}

/* Orders a prefix before those inside it. */
static int compare(const struct source_row *a, const struct source_row *b)
{
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	if (a->last != b->last)
		return a->last > b->last ? -1 : 1;
	return 0;
}

static int by_prefix(const void *left, const void *right)
{
	const struct source_row *a = left, *b = right;
	int order = compare(a, b);

	return order ? order : a->line < b->line ? -1 : a->line > b->line;
}

/* Keeps one row of each prefix, which may stand on several lines that agree. Such rows are
 * neighbours, as the rows are sorted. */
static void unite(struct source *source, struct source_rows *rows)
{
	size_t kept = 0;

	for (size_t i = 1; i < rows->count; i++) {
		const struct source_row *row = &rows->row[i];

		if (compare(row, &rows->row[kept]))
			rows->row[++kept] = *row;
		else if (row->entry != rows->row[kept].entry)
			report_line(&source->report, row->line,
				    "the prefix has another name on line %u",
				    rows->row[kept].line);
	}
	if (rows->count)
		rows->count = kept + 1;
}

static int check_rows(struct source *source, struct source_row_set *rows)
{
	source_rows_sort(&rows->v4, by_prefix);
	source_rows_sort(&rows->v6, by_prefix);
	unite(source, &rows->v4);
	unite(source, &rows->v6);
	return report_finish(&source->report, "line");
}

/* The prefixes around the current address, the innermost last, and the first address that
 * has not become part of a range yet. */
struct nest {
	const struct source_row *open[NEST_MAX];
	int depth;
	addr_bits from;
	bool over;              /* the last address of all is part of a range */
	struct range_list *list;
};

/* The addresses up to `last` get the innermost prefix's entry. */
static int nest_advance(struct nest *nest, addr_bits last)
{
	uint32_t entry = nest->open[nest->depth - 1]->entry;
	int err = 0;

	if (nest->over || nest->from > last)
		return 0;
	if (entry != SOURCE_ENTRY_UNKNOWN)
		err = range_list_add(nest->list, nest->from, last, entry);
	nest->from = last + 1;
	nest->over = !nest->from;
	return err;
}

static int nest_close(struct nest *nest)
{
	int err = nest_advance(nest, nest->open[nest->depth - 1]->last);

	nest->depth--;
	return err;
}

static int flatten(const struct source_rows *rows, struct range_list *list)
{
	struct nest nest = { .list = list };
	int err = 0;

	for (size_t i = 0; !err && i < rows->count; i++) {
		const struct source_row *row = &rows->row[i];

		while (!err && nest.depth && nest.open[nest.depth - 1]->last < row->first)
			err = nest_close(&nest);
		if (!err && nest.depth && row->first)
			err = nest_advance(&nest, row->first - 1);
		nest.from = row->first;
		nest.open[nest.depth++] = row;
	}
	while (!err && nest.depth)
		err = nest_close(&nest);
	return err;
}

int source_cidr_read(struct source *source, struct range_set *set)
{
	struct source_row_set rows = {};
	int err = source_rows_read(source, read_row, &rows);

	err = err ?: check_rows(source, &rows);
	err = err ?: flatten(&rows.v4, &set->v4);
	err = err ?: flatten(&rows.v6, &set->v6);
	source_rows_free(&rows);
	return err;
}
