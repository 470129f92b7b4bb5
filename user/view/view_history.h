/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_history.h - the highest rates that a region has had since the guard was loaded, so that a
 * limit can be chosen.
 */
#ifndef VIEW_VIEW_HISTORY_H
#define VIEW_VIEW_HISTORY_H

#include <stdint.h>

#include "ecdn-xdp-maps.h"

/* Of protected traffic as it arrives, over the slow window. A rate of this moment may be above its
 * peak, as peaks are looked at thirty times a second. */
struct view_peak {
	uint64_t pps, bps, cps; /* 0: none, or an earlier version has loaded the guard */
	uint64_t pps_ns, bps_ns, cps_ns; /* when each was measured; 0: never */
};

struct view_peak view_history_peak(const struct ecdn_xdp_region_history *history);

#endif
