/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_regions.h - the metrics of regions: of one, and of the sum of several.
 */
#ifndef SHOW_METRICS_REGIONS_H
#define SHOW_METRICS_REGIONS_H

#include "show/metrics.h"
#include "view/view_regions.h"

/* The names of sums, which no region has series of its own by. */
#define METRICS_REGIONS_ALL "_all"
#define METRICS_REGIONS_OTHER "_other"

/* Whether the region has limits of its own or was ever in another state than normal. Both are kept
 * with the pins, so that a series that was there does not go. */
bool metrics_regions_is_special(const struct view_region *region);

/* Whether a region has the name of a sum. Silent. */
bool metrics_regions_is_sum(const char *name);

/* Adds all series of a region, or the brief ones. */
void metrics_regions_add(struct metrics *metrics, const struct view_regions *view,
			 const struct view_region *region);
void metrics_regions_add_brief(struct metrics *metrics, const struct view_regions *view,
			       const struct view_region *region);

/* Adds what was counted of a region to a sum, which begins as zeros. */
void metrics_regions_sum(struct view_region *sum, const struct view_region *region);

/* Adds the counters of a sum by that name, in the same detail as a region's. */
void metrics_regions_add_sum(struct metrics *metrics, const struct view_regions *view,
			     const struct view_region *sum, const char *name, bool full);

#endif
