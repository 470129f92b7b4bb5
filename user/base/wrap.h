/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wrap.h - text in lines that a terminal of 80 columns has room for.
 */
#ifndef BASE_WRAP_H
#define BASE_WRAP_H

#include <stdio.h>

enum wrap {
	WRAP_WORDS,             /* a line may end at each blank */
	WRAP_USAGE,             /* before an option, a bracket and a bar alone, so that no option is
				   parted from its value */
};

/* Prints text, of which the first line begins at a column, counted from 0, where the cursor is;
 * the others are indented to there. No line end is printed at the end. */
void wrap_print(FILE *to, unsigned int column, const char *text, enum wrap how);

#endif
