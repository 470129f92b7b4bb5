/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * columns.h - a table for the terminal: heads, then cells, are collected and printed as
 * wide as the widest needs. Words are left-aligned, numbers right-aligned. A table that is
 * wider than the terminal goes without the columns that can be spared. When memory runs out,
 * printing reports it; until then everything may be called. Cells are escaped (base/escape.h).
 */
#ifndef SHOW_COLUMNS_H
#define SHOW_COLUMNS_H

#include <stdint.h>
#include <stdio.h>

struct columns;

/* To be printed, which frees it. May return 0, which all of these take. */
struct columns *columns_new(void);

/* The next column, before the first cell: '<' or '>' for its alignment, then its head,
 * which the caller keeps. */
void columns_head(struct columns *columns, const char *head);

/* The last column can be spared: of those that can, the one of the highest rank goes first. */
void columns_spare(struct columns *columns, unsigned int rank);

/* The next cell; a row is full after as many as there are heads. */
void columns_cell(struct columns *columns, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A number with three digits and k, M, G, T, P or E; the second form writes it into room and
 * returns room. */
void columns_rate(struct columns *columns, uint64_t rate);
#define COLUMNS_RATE_SIZE 16
const char *columns_rate_text(uint64_t rate, char room[COLUMNS_RATE_SIZE]);

/* The same without zeros at the end of its decimals: 5.1k, 2k. */
const char *columns_rate_short(uint64_t rate, char room[COLUMNS_RATE_SIZE]);

/* Prints as wide as the terminal is, or with all columns to what is none, and frees; the second
 * form prints to a file, at most `width` wide, 0 for any width. 0, or -ENOMEM, logged, with
 * nothing printed. */
int columns_print(struct columns *columns);
int columns_write(struct columns *columns, FILE *to, unsigned int width);

#endif
