/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_regions.h - the regions in a command that is under way: their names, and the table that
 * takes the place of the one in use. Errors are logged.
 */
#ifndef GUARD_GUARD_REGIONS_H
#define GUARD_GUARD_REGIONS_H

#include "guard/guard_maps.h"
#include "guard/guard_request.h"
#include "kernel/part.h"

struct guard_regions {
	struct names *names;    /* NULL if the request names no region */
	uint32_t max_regions;
	struct ecdn_xdp_table_line *lines; /* the new generation, compiled, or NULL */
	int table;              /* the same in the kernel; fd, or -1 */
	int files;              /* what it was read from, a map; fd, or -1 */
};

#define GUARD_REGIONS_NONE ((struct guard_regions){ .table = -1, .files = -1 })

/* Before the lock is taken: reads the region files that the request names, or that it wants read
 * again, and remembers which table is in use meanwhile. */
int guard_regions_read(const char *dir, struct guard_request *request);

/* Reads the names, compiles the request's files, and tells run->rooms what it takes. generation: of
 * the table in use; maps: those in use, of a run that is loaded. */
int guard_regions_prepare(struct guard_regions *regions, const struct part_run *run,
			  const struct guard_maps *maps, uint64_t generation);

/* Makes the maps that guard_regions_put() pins. */
int guard_regions_build(struct guard_regions *regions, const struct part_run *run,
			const struct guard_maps *maps);

/* Clears what is kept of ids that are given back, by the program publish, and writes the names and
 * the table. */
int guard_regions_put(const struct guard_regions *regions, const struct part_run *run,
		      const struct guard_maps *maps, int publish);

void guard_regions_end(struct guard_regions *regions);

#endif
