/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_rows.h - what the guard keeps of each region in arrays, read by a system call for each of
 * them and not for each region: a reader may come every second, and of 4,096 regions.
 */
#ifndef VIEW_VIEW_ROWS_H
#define VIEW_VIEW_ROWS_H

#include "ecdn-xdp-maps.h"
#include "guard/guard_maps.h"

/* By id. */
struct view_rows {
	struct ecdn_xdp_limits *limits;
	struct ecdn_xdp_region_rate *rates;
	struct ecdn_xdp_region_state *states;
	struct ecdn_xdp_region_history *history; /* zeros if an earlier version has loaded the
						    guard */
};

/* Those of the ids below `count`. 0 or a negative errno, logged. To be freed with
 * view_rows_free(), after an error too. */
int view_rows_read(struct view_rows *rows, const struct guard_maps *maps, uint32_t count);
void view_rows_free(struct view_rows *rows);

#endif
