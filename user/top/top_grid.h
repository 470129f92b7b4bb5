/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_grid.h - a screen as cells, each a character and how it is to look. Text that somebody else
 * wrote is escaped before it comes here (base/escape.h), and what is not printable does not get in:
 * of a byte that is no UTF-8 and of a control character a '?' is shown. Nothing is logged.
 */
#ifndef TOP_TOP_GRID_H
#define TOP_TOP_GRID_H

#include <stdbool.h>
#include <stddef.h>

enum top_look {
	TOP_LOOK_PLAIN,
	TOP_LOOK_TITLE,
	TOP_LOOK_HEAD,          /* of a column */
	TOP_LOOK_FAINT,
	TOP_LOOK_SELECTED,
	TOP_LOOK_LIMITED,
	TOP_LOOK_SHIELDED,
	TOP_LOOK_BLOCKED,
	TOP_LOOK_EXEMPT,
	TOP_LOOK_ERROR,
	TOP_LOOK_QUESTION,
	TOP_LOOKS,
};

/* A character, with the marks that stand over it as far as they have room. A wide one takes two
 * cells, of which the second one is empty. */
#define TOP_GRID_TEXT 16

struct top_cell {
	char text[TOP_GRID_TEXT]; /* UTF-8, NUL-terminated */
	enum top_look look;
};

struct top_grid {
	unsigned int rows, columns;
	bool utf8;              /* else a character that is not ASCII becomes '?' */
	struct top_cell *cell;  /* row by row; all are blanks at first */
};

/* False without memory. To be freed with top_grid_free(). */
bool top_grid_make(struct top_grid *grid, unsigned int rows, unsigned int columns, bool utf8);
void top_grid_free(struct top_grid *grid);

static inline struct top_cell *top_grid_at(const struct top_grid *grid, unsigned int row,
					   unsigned int column)
{
	return &grid->cell[(size_t)row * grid->columns + column];
}

/* Puts a text into a field of so many columns, or as far as the grid goes; what has no room is cut,
 * never inside a character. Returns the column behind the text. */
unsigned int top_grid_put(struct top_grid *grid, unsigned int row, unsigned int column,
			  unsigned int width, enum top_look look, const char *text);

/* The same at the right end of the field. */
void top_grid_put_right(struct top_grid *grid, unsigned int row, unsigned int column,
			unsigned int width, enum top_look look, const char *text);

/* How a row looks as a whole, but for what has another look than plain already. */
void top_grid_look(struct top_grid *grid, unsigned int row, enum top_look look);

/* How many columns a text takes. */
unsigned int top_grid_width(const char *text, bool utf8);

#endif
