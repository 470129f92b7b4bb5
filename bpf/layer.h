/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * layer.h - what an operator decides of a region, over what is measured of it: an exemption holds
 * over a block, and both over a surge. Each has its own end, at which what lies below holds again.
 */
#ifndef BPF_LAYER_H
#define BPF_LAYER_H

#include "ecdn-xdp-maps.h"
#include "pure.h"

static __always_inline int layer_exempt(const struct ecdn_xdp_limits *limits, __u64 now_ns)
{
	return now_ns < limits->exempt_until_ns;
}

/* When the block ends; ~0: never; 0: there is none. */
static __always_inline __u64 layer_block_end(const struct ecdn_xdp_limits *limits)
{
	if (!limits->blocked)
		return 0;
	return limits->blocked_until_ns ?: ~0ULL;
}

/* Whether there is a block, be it below an exemption. */
static __always_inline int layer_blocked(const struct ecdn_xdp_limits *limits, __u64 now_ns)
{
	return now_ns < layer_block_end(limits);
}

/* Whether a block outlasts the exemption. */
static __always_inline int layer_blocked_next(const struct ecdn_xdp_limits *limits)
{
	return layer_block_end(limits) > limits->exempt_until_ns;
}

#endif
