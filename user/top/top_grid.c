// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_grid.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

struct range {
	uint32_t first, last;
};

/* Marks that stand over the character before, of Unicode 15's blocks of them. */
static const struct range marks[] = {
	{ 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd }, { 0x610, 0x61a }, { 0x64b, 0x65f },
	{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f }, { 0x20d0, 0x20ff },
	{ 0x302a, 0x302d }, { 0x3099, 0x309a }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
	{ 0xe0100, 0xe01ef },
};

/* Characters that take two columns, of its table EastAsianWidth. */
static const struct range wide[] = {
	{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0x33ff }, { 0x3400, 0x4dbf },
	{ 0x4e00, 0xa4cf }, { 0xa960, 0xa97f }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

static bool is_in(const struct range *ranges, size_t count, uint32_t code)
{
	for (size_t i = 0; i < count && ranges[i].first <= code; i++)
		if (code <= ranges[i].last)
			return true;
	return false;
}

#define IS_IN(ranges, code) is_in(ranges, sizeof(ranges) / sizeof(*(ranges)), code)

/* The character at *text, which moves on. */
struct character {
	char text[5];
	uint32_t code;
	unsigned int width;
};

static uint32_t code_of(const unsigned char *text, unsigned int length)
{
	uint32_t code = length == 1 ? *text : *text & (0x7f >> length);

	for (unsigned int i = 1; i < length; i++)
		code = code << 6 | (text[i] & 0x3f);
	return code;
}

static struct character next(const char **text, bool utf8)
{
	const unsigned char *at = (const unsigned char *)*text;
	unsigned int length = *at < 0x80 ? 1 : *at >> 5 == 6 ? 2 : *at >> 4 == 14 ? 3 : 4;
	struct character is = { .text = "?", .code = '?', .width = 1 };
	char part[5] = "";

	for (unsigned int i = 0; i < length && at[i]; i++)
		part[i] = at[i];
	if (!escape_is_plain(part)) {
		++*text;
		return is;
	}
	*text += length;
	is.code = code_of(at, length);
	is.width = IS_IN(marks, is.code) ? 0 : IS_IN(wide, is.code) ? 2 : 1;
	if (utf8 || length == 1)
		memcpy(is.text, part, sizeof(is.text));
	else if (is.width)
		is.width = 1;
	return is;
}

unsigned int top_grid_width(const char *text, bool utf8)
{
	unsigned int width = 0;

	while (*text)
		width += next(&text, utf8).width;
	return width;
}

bool top_grid_make(struct top_grid *grid, unsigned int rows, unsigned int columns, bool utf8)
{
	*grid = (struct top_grid){ .rows = rows, .columns = columns, .utf8 = utf8 };
	grid->cell = calloc((size_t)rows * columns + 1, sizeof(*grid->cell));
	if (!grid->cell)
		return false;
	for (size_t i = 0; i < (size_t)rows * columns; i++)
		grid->cell[i].text[0] = ' ';
	return true;
}

void top_grid_free(struct top_grid *grid)
{
	free(grid->cell);
	*grid = (struct top_grid){};
}

/* A mark joins the character before it, if there is one and it has room. */
static void add_mark(struct top_grid *grid, unsigned int row, unsigned int column,
		     const char *mark)
{
	struct top_cell *cell = top_grid_at(grid, row, column);

	while (!cell->text[0] && column)
		cell = top_grid_at(grid, row, --column);
	if (grid->utf8 && strlen(cell->text) + strlen(mark) < sizeof(cell->text))
		strcat(cell->text, mark);
}

unsigned int top_grid_put(struct top_grid *grid, unsigned int row, unsigned int column,
			  unsigned int width, enum top_look look, const char *text)
{
	unsigned int first = column, end;

	if (row >= grid->rows || column >= grid->columns)
		return column;
	end = width > grid->columns - column ? grid->columns : column + width;
	while (*text) {
		struct character is = next(&text, grid->utf8);
		struct top_cell *cell = top_grid_at(grid, row, column);

		if (!is.width && column > first)
			add_mark(grid, row, column - 1, is.text);
		if (!is.width)
			continue;
		if (column + is.width > end)
			break;
		*cell = (struct top_cell){ .look = look };
		strcpy(cell->text, is.text);
		if (is.width == 2)
			cell[1] = (struct top_cell){ .look = look };
		column += is.width;
	}
	return column;
}

void top_grid_put_right(struct top_grid *grid, unsigned int row, unsigned int column,
			unsigned int width, enum top_look look, const char *text)
{
	unsigned int needs = top_grid_width(text, grid->utf8);
	unsigned int left = needs < width ? width - needs : 0;

	top_grid_put(grid, row, column + left, width - left, look, text);
}

void top_grid_look(struct top_grid *grid, unsigned int row, enum top_look look)
{
	if (row >= grid->rows)
		return;
	for (unsigned int column = 0; column < grid->columns; column++) {
		struct top_cell *cell = top_grid_at(grid, row, column);

		if (cell->look == TOP_LOOK_PLAIN)
			cell->look = look;
	}
}
