/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * largest.h - of more regions than there are ids, those that keep their names.
 */
#ifndef REGIONS_LARGEST_H
#define REGIONS_LARGEST_H

#include "regions/names.h"
#include "regions/region_sources.h"
#include "table/range.h"

/* Which names are asked for, NAME[,NAME]...: 0, or -EINVAL with the reason logged. */
int largest_check(const struct region_sources *sources);

/*
 * Keeps the names of the keep_largest regions that cover most (coverage_weight()), and those that
 * `keep` lists; the ranges of all others get the name `rest`. Does nothing if neither is set. 0, or
 * a negative errno, logged.
 */
int largest_keep(struct range_set *set, struct names *names,
		 const struct region_sources *sources);

#endif
