/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wrap.h - text in lines that a terminal has room for. Columns are counted from 0. Text is escaped,
 * see escape.h, and no line end is printed behind it.
 */
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include <stdio.h>

/* Where text stands. */
struct wrap_place {
	unsigned int column;    /* where the cursor is */
	unsigned int indent;    /* where lines after the first one begin */
	unsigned int width;     /* of a line; 0: any */
};

enum wrap {
	WRAP_WORDS,             /* a line may end at each blank */
	WRAP_USAGE,             /* before an option, a bracket and a bar alone, so that no option is
				   parted from its value */
};

/* Prints words. One that is longer than a line stands alone in it. */
void wrap_print(FILE *to, const struct wrap_place *place, const char *words);

/* Prints help, which is for 80 columns, in lines that all begin at that column. */
void wrap_help(FILE *to, unsigned int column, const char *text, enum wrap how);

#endif
