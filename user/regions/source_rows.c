// SPDX-License-Identifier: BSD-2-Clause
#include "regions/source_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* No valid line is half as long. */
#define LINE_LENGTH_MAX 255

static int read_line(struct source *source, source_row_reader *reader, struct text line,
		     struct source_row *row, struct source_row_set *set)
{
	struct source_rows *rows;
	int family, err;

	if (text_length(line) > LINE_LENGTH_MAX) {
		report_line(&source->report, row->line, "%zu characters are too many for a line",
			    text_length(line));
		return -EINVAL;
	}
	err = reader(source, line, row->line, row, &family);
	if (err)
		return err;
	rows = family == AF_INET ? &set->v4 : &set->v6;
	return array_append(rows->row, rows->count, row);
}

/* Whether a longer name begins with that of an entry. */
static bool is_beginning(const struct names *names, uint32_t entry)
{
	const char *name = names_of(names, entry & RANGE_REGION);
	size_t length = name ? strlen(name) : 0;

	for (uint32_t id = 1; length && id < names_count(names); id++) {
		const char *other = names_of(names, id);

		if (other && !strncmp(name, other, length) && other[length])
			return true;
	}
	return false;
}

/* A file that was cut off in its last line may still end with a name, and with another one than
 * it had: C of CN. */
static void check_end(struct source *source, const struct source_row *last)
{
	struct text text = source->file.text;

	if (text.start < text.end && text.end[-1] != '\n' && last->entry &&
	    is_beginning(source->names, last->entry))
		report_line(&source->report, last->line, "the file ends within the line, and "
			    "perhaps within the name: it may be cut off; add a newline if it is "
			    "whole");
}

int source_rows_read(struct source *source, source_row_reader *reader,
		     struct source_row_set *set)
{
	struct text_lines lines = { .rest = source->file.text };
	struct source_row row = {};
	struct text line;
	int err = 0;

	while (text_next_line(&lines, &line)) {
		row = (struct source_row){ .line = lines.number };
		err = read_line(source, reader, line, &row, set);
		if (err && err != -EINVAL)
			return err;
	}
	/* A comment may end as it likes. */
	if (!err && row.line && row.line == lines.number)
		check_end(source, &row);
	return 0;
}

void source_rows_free(struct source_row_set *set)
{
	free(set->v4.row);
	free(set->v6.row);
	memset(set, 0, sizeof(*set));
}

void source_rows_sort(struct source_rows *rows, int (*compare)(const void *, const void *))
{
	for (size_t i = 1; i < rows->count; i++) {
		if (compare(&rows->row[i - 1], &rows->row[i]) > 0) {
			qsort(rows->row, rows->count, sizeof(*rows->row), compare);
			return;
		}
	}
}
