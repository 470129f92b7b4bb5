/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * columns.h - a table for the terminal: cells are collected, then printed as
 * wide as the widest needs. Words are left-aligned, numbers right-aligned.
 */
#ifndef SHOW_COLUMNS_H
#define SHOW_COLUMNS_H

#include <stdint.h>

struct columns;

/* heads: one letter '<' or '>' for the alignment and the heading, ended by 0.
 * Exits on lack of memory, as all of these do. */
struct columns *columns_new(const char *const *heads);

/* The next cell; a row is full after as many as there are heads. */
void columns_cell(struct columns *columns, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A number with three digits and k, M, G, T. */
void columns_rate(struct columns *columns, uint64_t rate);

/* Prints to standard output and frees. */
void columns_print(struct columns *columns);

#endif
