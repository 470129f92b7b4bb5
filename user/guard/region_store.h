/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * region_store.h - compiled region tables in kernel memory. Each is a generation. A new
 * table is made beside the one in use and put into its slot by one store: a packet sees the
 * old one or the new one. Errors are logged.
 */
#ifndef GUARD_REGION_STORE_H
#define GUARD_REGION_STORE_H

#include "guard/guard_maps.h"
#include "kernel/slot.h"
#include "regions/region_sources.h"
#include "table/range.h"

extern const struct slot region_store_slot;

/* Appends a file. Returns -E2BIG if there are ECDN_XDP_TABLE_SOURCES already. */
int region_store_add_source(struct region_sources *sources, const char *file);

/*
 * Compiles ranges of regions in `names`, which were read out of the sources at loaded_at, in
 * seconds since the epoch, as generation `number` in this process's memory, to be freed with
 * lines_free(). No map is changed.
 */
int region_store_compile(const struct range_set *set, const struct region_sources *sources,
			 const struct names *names, uint64_t number, uint64_t loaded_at,
			 struct ecdn_xdp_table_line **lines);

/* How the array of maps suits tables of so many lines: an enum part_fit, or a negative
 * errno. */
int region_store_fits(int map, uint32_t lines);

/* Makes an array of maps for such tables, see slot_make(). */
int region_store_make(const struct pins *pins, uint32_t lines, int old);

/* Makes of compiled lines a frozen table for the array in use. Returns its fd, which the
 * caller closes. */
int region_store_table(const struct guard_maps *maps, const struct ecdn_xdp_table_line *lines);

/* Maps the table in use for reading; freed with slot_unmap(). */
int region_store_map(const struct guard_maps *maps, const struct ecdn_xdp_table_line **lines);

/* The generation of the table in use, without the lock; 0 if there is none or it cannot be read.
 * Silent. */
uint64_t region_store_seen(const char *dir);

/* Reads the generation of the table in use, and how many lines it uses. */
int region_store_used(const struct guard_maps *maps, uint64_t *number, uint32_t *used);

#endif
