/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_silence.h - states that have ended while no packet came. The kernel writes a state only with
 * a packet, so a reader tells that end, and knows it again when the next packet has the kernel
 * write it (bpf/change.h). Silent.
 */
#ifndef VIEW_VIEW_SILENCE_H
#define VIEW_VIEW_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

/* What was told of a region. Starts as zeros. */
struct view_silence {
	uint64_t since_ns;      /* of the state, as published, whose end was told */
	uint64_t time_ns;       /* the end */
	uint32_t state;         /* that followed */
	bool open;              /* the kernel has not written it yet */
};

/* Whether a state that was published so may have ended by now; view_silence_tell() knows. */
bool view_silence_is_over(const struct ecdn_xdp_region_state *public, uint64_t now_ns);

/* True if an end is to be told: `change` is what the kernel would write. All that the kernel holds
 * of the region are copies, which are changed. */
bool view_silence_tell(struct view_silence *told, uint32_t region,
		       struct ecdn_xdp_region_state *public,
		       const struct ecdn_xdp_region_rate *rates,
		       const struct ecdn_xdp_limits *limits, bool shield, uint64_t now_ns,
		       struct ecdn_xdp_change *change);

/* Whether a change that the kernel wrote is the end that was told last. */
bool view_silence_was_told(struct view_silence *told, const struct ecdn_xdp_change *change);

#endif
