// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_line.h"

#include <stdarg.h>
#include <stdio.h>

/* No piece of ours is longer. */
#define PIECE_SIZE 512
#define GAP 2

void top_line_add(struct top_line *line, enum top_look look, const char *format, ...)
{
	unsigned int at = line->column ? line->column + GAP : 0, width;
	char piece[PIECE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	width = top_grid_width(piece, line->grid->utf8);
	if (at + width <= line->end)
		line->column = top_grid_put(line->grid, line->row, at, width, look, piece);
	else
		line->end = 0;
}

bool top_line_end(struct top_line *line, enum top_look look, const char *format, ...)
{
	char piece[PIECE_SIZE];
	unsigned int width;
	va_list args;

	va_start(args, format);
	vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	width = top_grid_width(piece, line->grid->utf8);
	if (line->column + GAP + width > line->end)
		return false;
	top_grid_put(line->grid, line->row, line->end - width, width, look, piece);
	line->end -= width + GAP;
	return true;
}
