// SPDX-License-Identifier: BSD-2-Clause
#include "show/columns.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"

#define HEADS_MAX 32

struct columns {
	const char *heads[HEADS_MAX];
	unsigned int width;
	char **cells;
	size_t count;
	bool failed;            /* a cell is missing, so that no row after it is right */
};

struct columns *columns_new(void)
{
	return calloc(1, sizeof(struct columns));
}

void columns_head(struct columns *columns, const char *head)
{
	if (columns && columns->width < HEADS_MAX)
		columns->heads[columns->width++] = head;
	else if (columns)
		columns->failed = true;
}

void columns_cell(struct columns *columns, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	if (!columns || columns->failed)
		return;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (text && !array_append(columns->cells, columns->count, &text))
		return;
	free(text);
	columns->failed = true;
}

const char *columns_rate_text(uint64_t rate, char room[COLUMNS_RATE_SIZE])
{
	static const char units[] = " kMGTPE";
	double value = rate;
	int unit = 0;

	while (value >= 999.5 && units[unit + 1]) {
		value /= 1000;
		unit++;
	}
	if (!unit)
		snprintf(room, COLUMNS_RATE_SIZE, "%u", (unsigned int)rate);
	else
		snprintf(room, COLUMNS_RATE_SIZE, "%.*f%c", value < 9.995 ? 2 : value < 99.95,
			 value, units[unit]);
	return room;
}

void columns_rate(struct columns *columns, uint64_t rate)
{
	char room[COLUMNS_RATE_SIZE];

	columns_cell(columns, "%s", columns_rate_text(rate, room));
}

static const char *cell(const struct columns *columns, size_t row, unsigned int column)
{
	return row ? columns->cells[(row - 1) * columns->width + column] :
		     columns->heads[column] + 1;
}

static void print_column(const struct columns *columns, size_t row, unsigned int column,
			 int widest)
{
	bool last = column + 1 == columns->width;
	int width = columns->heads[column][0] == '>' ? widest : last ? 0 : -widest;

	printf("%*s%s", width, cell(columns, row, column), last ? "\n" : "  ");
}

static void print_rows(const struct columns *columns)
{
	size_t rows = columns->count / columns->width + 1;
	int widths[HEADS_MAX] = {};

	for (size_t row = 0; row < rows; row++)
		for (unsigned int i = 0; i < columns->width; i++)
			if ((int)strlen(cell(columns, row, i)) > widths[i])
				widths[i] = strlen(cell(columns, row, i));
	for (size_t row = 0; row < rows; row++)
		for (unsigned int i = 0; i < columns->width; i++)
			print_column(columns, row, i, widths[i]);
}

static void free_columns(struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		free(columns->cells[i]);
	free(columns->cells);
	free(columns);
}

int columns_print(struct columns *columns)
{
	bool failed = !columns || columns->failed;

	if (!failed && columns->width)
		print_rows(columns);
	if (columns)
		free_columns(columns);
	return failed ? log_error(-ENOMEM, "out of memory for the table") : 0;
}
