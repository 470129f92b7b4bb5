/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fold_counts.h - the counters of a region go to region 0, before its id is given to another one.
 */
#ifndef GUARD_FOLD_COUNTS_H
#define GUARD_FOLD_COUNTS_H

#include "guard/guard_maps.h"

/*
 * Adds what packets and proxies have counted of a region to what they have of region 0, and leaves
 * zeros: no packet and no request is lost or counted twice. No table in use may have the region.
 * 0 or a negative errno, logged; it may be called again then.
 */
int fold_counts(const struct pins *pins, const struct guard_maps *maps, uint32_t max_regions,
		uint32_t region);

#endif
