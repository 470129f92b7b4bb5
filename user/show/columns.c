// SPDX-License-Identifier: BSD-2-Clause
#include "show/columns.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/terminal.h"

#define HEADS_MAX 32
#define GAP 2                   /* between two columns */

struct columns {
	const char *heads[HEADS_MAX];
	unsigned int rank[HEADS_MAX]; /* 0: the column is always there */
	unsigned int width;     /* number of columns */
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

void columns_spare(struct columns *columns, unsigned int rank)
{
	if (columns && columns->width)
		columns->rank[columns->width - 1] = rank;
}

void columns_cell(struct columns *columns, const char *format, ...)
{
	char *text = NULL, *escaped = NULL;
	va_list args;

	if (!columns || columns->failed)
		return;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (text)
		escaped = escape_copy(text);
	free(text);
	if (escaped && !array_append(columns->cells, columns->count, &escaped))
		return;
	free(escaped);
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

const char *columns_rate_short(uint64_t rate, char room[COLUMNS_RATE_SIZE])
{
	char *point = strchr(columns_rate_text(rate, room), '.');
	char *end = point ? point + strcspn(point, "kMGTPE") : room;
	char *keep = end;

	while (point && keep > point && (keep[-1] == '0' || keep[-1] == '.'))
		if (*--keep == '.')
			break;
	memmove(keep, end, strlen(end) + 1);
	return room;
}

void columns_rate(struct columns *columns, uint64_t rate)
{
	char room[COLUMNS_RATE_SIZE];

	columns_cell(columns, "%s", columns_rate_text(rate, room));
}

/* What is printed: to which file, and how wide each column is; 0: it is left out. */
struct print {
	FILE *to;
	unsigned int widths[HEADS_MAX];
	unsigned int last;      /* the last column that is there */
};

static const char *cell(const struct columns *columns, size_t row, unsigned int column)
{
	return row ? columns->cells[(row - 1) * columns->width + column] :
		     columns->heads[column] + 1;
}

static void measure(const struct columns *columns, struct print *print)
{
	size_t rows = columns->count / columns->width + 1;

	for (size_t row = 0; row < rows; row++)
		for (unsigned int i = 0; i < columns->width; i++) {
			unsigned int width = escape_width(cell(columns, row, i));

			if (width > print->widths[i])
				print->widths[i] = width;
		}
}

static unsigned int total(const struct columns *columns, const struct print *print)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < columns->width; i++)
		sum += print->widths[i] ? print->widths[i] + GAP : 0;
	return sum > GAP ? sum - GAP : 0;
}

/* The column that is there and can best be spared; -1: none can. */
static int spare(const struct columns *columns, const struct print *print)
{
	int found = -1;

	for (unsigned int i = 0; i < columns->width; i++)
		if (print->widths[i] && columns->rank[i] &&
		    (found < 0 || columns->rank[i] >= columns->rank[found]))
			found = i;
	return found;
}

static void fit(const struct columns *columns, struct print *print, unsigned int width)
{
	int column;

	while (width && total(columns, print) > width && (column = spare(columns, print)) >= 0)
		print->widths[column] = 0;
	for (unsigned int i = 0; i < columns->width; i++)
		if (print->widths[i])
			print->last = i;
}

/* printf() would count bytes, and not characters. */
static void print_cell(const struct columns *columns, const struct print *print, size_t row,
		       unsigned int column)
{
	const char *text = cell(columns, row, column);
	int fill = print->widths[column] - escape_width(text);
	bool right = columns->heads[column][0] == '>';

	fprintf(print->to, "%*s%s", right ? fill : 0, "", text);
	if (column != print->last)
		fprintf(print->to, "%*s", (right ? 0 : fill) + GAP, "");
}

static void print_rows(const struct columns *columns, FILE *to, unsigned int width)
{
	size_t rows = columns->count / columns->width + 1;
	struct print print = { .to = to };

	measure(columns, &print);
	fit(columns, &print, width);
	for (size_t row = 0; row < rows; row++) {
		for (unsigned int i = 0; i < columns->width; i++)
			if (print.widths[i])
				print_cell(columns, &print, row, i);
		fputc('\n', to);
	}
}

static void free_columns(struct columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		free(columns->cells[i]);
	free(columns->cells);
	free(columns);
}

int columns_write(struct columns *columns, FILE *to, unsigned int width)
{
	bool failed = !columns || columns->failed;

	if (!failed && columns->width)
		print_rows(columns, to, width);
	if (columns)
		free_columns(columns);
	return failed ? log_error(-ENOMEM, "out of memory for the table") : 0;
}

int columns_print(struct columns *columns)
{
	return columns_write(columns, stdout, terminal_columns());
}
