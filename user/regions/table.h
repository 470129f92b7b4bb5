/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.h - ranges compiled into the lines that bpf/region.h walks.
 */
#ifndef REGIONS_TABLE_H
#define REGIONS_TABLE_H

#include "ecdn-xdp-maps.h"
#include "table/range.h"

/*
 * Compiles set into lines, room for ECDN_XDP_TABLE_LINES of them, zeroed by
 * the caller: the map's own memory, or any. Fills in the header's magic, lines
 * and ranges_*, and leaves its other fields to the caller. 0; -ENOSPC when the
 * lines do not suffice, -ENOMEM.
 */
int table_compile(const struct range_set *set, struct ecdn_xdp_table_line *lines);

/* The header inside lines. */
struct ecdn_xdp_table_header *table_header(struct ecdn_xdp_table_line *lines);

/* Leaf entry of an address; 0 where no region is known. */
uint32_t table_lookup(const struct ecdn_xdp_table_line *lines, const struct address *address);

/* What was compiled, back again. 0 or -ENOMEM. */
int table_ranges(const struct ecdn_xdp_table_line *lines, struct range_set *set);

#endif
