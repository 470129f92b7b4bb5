// SPDX-License-Identifier: BSD-2-Clause
#include "show/columns.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct columns {
	const char *const *heads;
	unsigned int width;
	char **cells;
	size_t count;
};

struct columns *columns_new(const char *const *heads)
{
	struct columns *columns = calloc(1, sizeof(*columns));

	if (!columns)
		err(1, "out of memory");
	columns->heads = heads;
	while (heads[columns->width])
		columns->width++;
	return columns;
}

void columns_cell(struct columns *columns, const char *format, ...)
{
	va_list args;

	columns->cells = reallocarray(columns->cells, columns->count + 1, sizeof(char *));
	va_start(args, format);
	if (!columns->cells || vasprintf(&columns->cells[columns->count++], format, args) < 0)
		err(1, "out of memory");
	va_end(args);
}

void columns_rate(struct columns *columns, uint64_t rate)
{
	static const char units[] = " kMGTPE";
	double value = rate;
	int unit = 0;

	while (value >= 999.5 && units[unit + 1]) {
		value /= 1000;
		unit++;
	}
	if (!unit)
		columns_cell(columns, "%u", (unsigned int)rate);
	else
		columns_cell(columns, "%.*f%c", value < 9.995 ? 2 : value < 99.95, value,
			     units[unit]);
}

static const char *cell(const struct columns *columns, size_t row, unsigned int column)
{
	return row ? columns->cells[(row - 1) * columns->width + column] :
		     columns->heads[column] + 1;
}

void columns_print(struct columns *columns)
{
	size_t rows = columns->count / columns->width + 1;
	int widths[columns->width];

	memset(widths, 0, sizeof(widths));
	for (size_t row = 0; row < rows; row++)
		for (unsigned int i = 0; i < columns->width; i++)
			if ((int)strlen(cell(columns, row, i)) > widths[i])
				widths[i] = strlen(cell(columns, row, i));
	for (size_t row = 0; row < rows; row++)
		for (unsigned int i = 0; i < columns->width; i++) {
			int last = i + 1 == columns->width;
			int width = columns->heads[i][0] == '>' ? widths[i] :
				    last ? 0 : -widths[i];

			printf("%*s%s", width, cell(columns, row, i), last ? "\n" : "  ");
		}
	for (size_t i = 0; i < columns->count; i++)
		free(columns->cells[i]);
	free(columns->cells);
	free(columns);
}
