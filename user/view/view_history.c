// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_history.h"

int view_history_read(const struct guard_maps *maps, uint32_t region, struct view_peak *peak)
{
	struct ecdn_xdp_region_history history;
	int err;

	*peak = (struct view_peak){};
	if (maps->region_history < 0)
		return 0;
	err = maps_get(maps->region_history, "region_history", &region, &history);
	if (err)
		return err;
	*peak = (struct view_peak){
		.pps = history.peak_pps,
		.bps = history.peak_bps,
		.cps = history.peak_cps,
		.pps_ns = history.peak_pps_ns,
		.bps_ns = history.peak_bps_ns,
		.cps_ns = history.peak_cps_ns,
	};
	return 0;
}
