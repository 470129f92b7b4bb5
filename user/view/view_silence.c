// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_silence.h"

#include "change.h"

bool view_silence_is_over(const struct ecdn_xdp_region_state *public, uint64_t now_ns)
{
	return change_is_over(public, now_ns, CHANGE_SILENCE_NS);
}

bool view_silence_tell(struct view_silence *told, uint32_t region,
		       struct ecdn_xdp_region_state *public,
		       const struct ecdn_xdp_region_rate *rates,
		       const struct ecdn_xdp_limits *limits, bool shield, uint64_t now_ns,
		       struct ecdn_xdp_change *change)
{
	bool again = told->open && told->since_ns == public->since_ns;
	uint64_t since_ns = public->since_ns;
	struct change end = {};

	if (!view_silence_is_over(public, now_ns))
		return false;
	change_follow(&end, public, rates, limits, shield, now_ns);
	if (again && end.time_ns <= told->time_ns)
		return false;
	*change = (struct ecdn_xdp_change){
		.time_ns = end.time_ns,
		.last_ns = end.time_ns,
		.until_ns = end.until_ns,
		.region = region,
		.count = 1,
		.from = again ? told->state : end.from,
		.to = end.to,
		.silent = 1,
	};
	*told = (struct view_silence){ since_ns, end.time_ns, end.to, true };
	return true;
}

bool view_silence_was_told(struct view_silence *told, const struct ecdn_xdp_change *change)
{
	bool known = told->open && change->last_ns <= told->time_ns && change->to == told->state;

	/* Of two ends one after the other, the kernel writes the second one with the state before
	 * both. What is older was written late. */
	if (change->last_ns >= told->time_ns)
		told->open = false;
	return known;
}
