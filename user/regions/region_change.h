/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * region_change.h - how a region table differs from the one that it replaces: what is told of it,
 * and whether so much is lost that somebody must have meant it.
 */
#ifndef REGIONS_REGION_CHANGE_H
#define REGIONS_REGION_CHANGE_H

#include "regions/coverage.h"
#include "regions/names.h"

/* Names of regions that are told. */
#define REGION_CHANGE_LOST 8

struct region_change {
	uint64_t generation;    /* of the new table; 0: the table stays */
	bool first;             /* the table before had no ranges, so that nothing is compared */
	bool same;              /* every address is in the region that it was in */
	struct coverage before, after;
	unsigned int lost;      /* regions that had ranges and have none ... */
	char lost_name[REGION_CHANGE_LOST][ECDN_XDP_NAME_SIZE]; /* ... and the first of them */
};

/* Coverage by id, of ECDN_XDP_REGIONS_MAX ids: freed with free(). NULL without memory or if the
 * table is damaged, logged. lines: NULL for no table. */
struct coverage *region_change_measure(const struct ecdn_xdp_table_line *lines);

/* Compares both tables, of which old may be NULL, and what region_change_measure() tells of
 * them. */
void region_change_compare(struct region_change *change, const struct names *names,
			   const struct ecdn_xdp_table_line *old, const struct coverage *before,
			   const struct ecdn_xdp_table_line *new, const struct coverage *after);

/* 0; or -EINVAL, logged with both numbers, if a family has lost too much (coverage_shrinks()). */
int region_change_refuse(const struct region_change *change);

#endif
