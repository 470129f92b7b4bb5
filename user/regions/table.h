/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.h - the table of regions: ranges compiled into the lines that bpf/region.h walks.
 */
#ifndef REGIONS_TABLE_H
#define REGIONS_TABLE_H

#include "ecdn-xdp-maps.h"
#include "table/range.h"

/*
 * Compiles set into lines: ECDN_XDP_TABLE_LINES zeroed ones, which may be the map's memory.
 * Fills in the header's magic, lines and ranges_*, and leaves its other fields to the caller.
 * 0, -ENOSPC if the lines do not suffice, or -ENOMEM.
 */
int table_compile(const struct range_set *set, struct ecdn_xdp_table_line *lines);

/* The header inside lines. */
struct ecdn_xdp_table_header *table_header(struct ecdn_xdp_table_line *lines);

/* The leaf entry of an address; 0 if its region is not known. */
uint32_t table_lookup(const struct ecdn_xdp_table_line *lines, const struct address *address);

/* Lists the ranges that a table was compiled from. *set starts empty. 0 or -ENOMEM. */
int table_ranges(const struct ecdn_xdp_table_line *lines, struct range_set *set);

#endif
