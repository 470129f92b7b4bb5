// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_history.h"

struct view_peak view_history_peak(const struct ecdn_xdp_region_history *history)
{
	return (struct view_peak){
		.pps = history->peak_pps,
		.bps = history->peak_bps,
		.cps = history->peak_cps,
		.pps_ns = history->peak_pps_ns,
		.bps_ns = history->peak_bps_ns,
		.cps_ns = history->peak_cps_ns,
	};
}
