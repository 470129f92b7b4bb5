/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * generation.h - a compiled region table in kernel memory. Made beside the one
 * in use and put into its place by one store: a packet sees the old one or the
 * new one.
 */
#ifndef GUARD_REGION_STORE_H
#define GUARD_REGION_STORE_H

#include <stdbool.h>

#include "kernel/maps.h"
#include "table/range.h"

/* Region files of one table, in the order in which they override each other. */
struct sources {
	const char *file[ECDN_XDP_TABLE_SOURCES];
	unsigned int count;
	const char *mmdb_field;
};

/* Appends; -E2BIG, said, beyond ECDN_XDP_TABLE_SOURCES or for too long a path. */
int sources_add(struct sources *sources, const char *file);

/*
 * Reads the sources, giving new regions ids from names, and compiles them as
 * generation `number`. Returns the fd of a table that user space can no longer
 * write; errors are said. No map in use is touched.
 */
int generation_make(const struct sources *sources, struct names *names, uint64_t number);

/* The table in use, mapped for reading, for lines_unmap(). Errors are said. */
int generation_map(const struct maps *maps, const struct ecdn_xdp_table_line **lines);
/* Its number. Errors are said. */
int generation_number(const struct maps *maps, uint64_t *number);

#endif
