/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_rows.h - the rows of a file of text: each line that is no comment names a range of
 * addresses and its region. The formats differ in how a line is read and in how rows may
 * overlap.
 */
#ifndef REGIONS_SOURCE_ROWS_H
#define REGIONS_SOURCE_ROWS_H

#include "regions/source_formats.h"

struct source_row {
	addr_bits first, last;  /* both inside */
	uint32_t entry;
	uint32_t line;          /* of the file, from 1 */
};

struct source_rows {
	struct source_row *row;
	size_t count;
};

/* Both families of a file. The owner frees it with source_rows_free(). */
struct source_row_set {
	struct source_rows v4, v6;
};

/* Reads a line into *row, all but its number, and the row's family. 0 or a negative errno;
 * -EINVAL is reported, and the next line is read. */
typedef int source_row_reader(struct source *source, struct text line, unsigned int number,
			      struct source_row *row, int *family);

/* Lists the rows of all good lines, in the file's order. *set starts empty, and is to be freed
 * after an error as well. Lines with faults are reported and no error. */
int source_rows_read(struct source *source, source_row_reader *reader,
		     struct source_row_set *set);
void source_rows_free(struct source_row_set *set);

/* As qsort(), but looks first whether the rows are in order, as those of most files are. */
void source_rows_sort(struct source_rows *rows, int (*compare)(const void *, const void *));

#endif
