/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * columns.h - a table for the terminal: heads, then cells, are collected and printed as
 * wide as the widest needs. Words are left-aligned, numbers right-aligned. When memory
 * runs out, columns_print() reports it; until then everything may be called.
 */
#ifndef SHOW_COLUMNS_H
#define SHOW_COLUMNS_H

#include <stdint.h>

struct columns;

/* To be printed, which frees it. May return 0, which all of these take. */
struct columns *columns_new(void);

/* The next column, before the first cell: '<' or '>' for its alignment, then its head,
 * which the caller keeps. */
void columns_head(struct columns *columns, const char *head);

/* The next cell; a row is full after as many as there are heads. */
void columns_cell(struct columns *columns, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A number with three digits and k, M, G, T, P or E; the second form writes it into room and
 * returns room. */
void columns_rate(struct columns *columns, uint64_t rate);
#define COLUMNS_RATE_SIZE 16
const char *columns_rate_text(uint64_t rate, char room[COLUMNS_RATE_SIZE]);

/* Prints to standard output and frees. 0, or -ENOMEM, logged, with nothing printed. */
int columns_print(struct columns *columns);

#endif
