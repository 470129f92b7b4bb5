/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_line.h - a line of a screen that is made of pieces: one that has no room is left out, and so
 * are those behind it, so that a narrow screen has those that were added first. Nothing is logged.
 */
#ifndef TOP_TOP_LINE_H
#define TOP_TOP_LINE_H

#include "top/top_grid.h"

struct top_line {
	struct top_grid *grid;
	unsigned int row, column; /* where the next piece begins */
	unsigned int end;       /* the column behind the line */
};

/* Adds a piece behind two blanks; the first one stands at the line's beginning. */
void top_line_add(struct top_line *line, enum top_look look, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts a piece at the line's end, and makes the line shorter by it; false if it has no room. */
bool top_line_end(struct top_line *line, enum top_look look, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
