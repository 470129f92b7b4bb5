// SPDX-License-Identifier: BSD-2-Clause
#include "regions/source_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* No valid line is half as long. */
#define LINE_LENGTH_MAX 255

static int read_line(struct source *source, source_row_reader *reader, struct text line,
		     unsigned int number, struct source_row_set *set)
{
	struct source_row row = { .line = number };
	struct source_rows *rows;
	int family, err;

	if (text_length(line) > LINE_LENGTH_MAX) {
		report_line(&source->report, number, "%zu characters are too many for a line",
			    text_length(line));
		return -EINVAL;
	}
	err = reader(source, line, number, &row, &family);
	if (err)
		return err;
	rows = family == AF_INET ? &set->v4 : &set->v6;
	return array_append(rows->row, rows->count, &row);
}

int source_rows_read(struct source *source, source_row_reader *reader,
		     struct source_row_set *set)
{
	struct text_lines lines = { .rest = source->file.text };
	struct text line;

	while (text_next_line(&lines, &line)) {
		int err = read_line(source, reader, line, lines.number, set);

		if (err && err != -EINVAL)
			return err;
	}
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
