/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_region.h - the page of one region: why it is in its state, its limits, and below them a table
 * of its prefixes, its nodes, the origins of this host, or where its limits come from.
 */
#ifndef TOP_TOP_REGION_H
#define TOP_TOP_REGION_H

#include "top/top_grid.h"
#include "top/top_state.h"

/* In the rows from `first` up to `end`. */
void top_region_put(struct top_grid *grid, const struct top_snapshot *snapshot,
		    const struct top_state *state, unsigned int first, unsigned int end);

#endif
