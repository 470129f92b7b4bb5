/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.h - the table of regions: ranges compiled into the lines that bpf/region.h walks.
 */
#ifndef REGIONS_TABLE_H
#define REGIONS_TABLE_H

#include "ecdn-xdp-maps.h"
#include "table/range.h"

/*
 * Compiles set into lines: `capacity` zeroed ones, which may be lines_new() or a map's memory.
 * Leaves room in the table for the names of regions and for the paths of sources, which the
 * caller fills in; and in the header `generation` and `loaded_at`. lines_used() of the result
 * is what a map needs to hold it. 0, -ENOSPC if the lines do not suffice, or -ENOMEM.
 */
struct table_room {
	uint32_t names;         /* of regions, by id */
	uint32_t sources;
};

int table_compile(const struct range_set *set, const struct table_room *room,
		  struct ecdn_xdp_table_line *lines, uint32_t capacity);

/* The header inside lines. */
struct ecdn_xdp_table_header *table_header(struct ecdn_xdp_table_line *lines);

/* The names inside lines, header->names of them. */
struct ecdn_xdp_region_name *table_names(struct ecdn_xdp_table_line *lines);

/* The path of a source inside lines, from 1 to header->sources; ECDN_XDP_SOURCE_SIZE bytes. */
char *table_path(struct ecdn_xdp_table_line *lines, uint32_t source);

/* The region of an address; 0 if it is not known. */
uint32_t table_lookup(const struct ecdn_xdp_table_line *lines, const struct address *address);

/* Which source named the region of an address, from 1; 0 if it has none. */
uint32_t table_source(const struct ecdn_xdp_table_line *lines, const struct address *address);

#endif
