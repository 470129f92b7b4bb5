/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lines.h - a table's lines in this process's memory: room to compile one in, before it is
 * known how many lines its map needs; and the way to them that walks take.
 */
#ifndef TABLE_LINES_H
#define TABLE_LINES_H

#include <stdint.h>

#include "ecdn-xdp-table.h"

/* Room for ECDN_XDP_TABLE_LINES_MAX lines, which are zeros; those that are never written take
 * no memory. NULL without memory. Freed with lines_free(), which takes NULL too. */
struct ecdn_xdp_table_line *lines_new(void);
void lines_free(struct ecdn_xdp_table_line *lines);

/* How many lines a whole table has, by its header. */
uint32_t lines_used(const struct ecdn_xdp_table_line *lines);

/* An ecdn_xdp_line_at of a whole table: NULL beyond the lines that its header tells. */
const struct ecdn_xdp_table_line *lines_at(const void *lines, uint32_t index);

#endif
