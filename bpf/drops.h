/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * drops.h - what was dropped, whatever the reason, for all who show one number.
 */
#ifndef BPF_DROPS_H
#define BPF_DROPS_H

#include "ecdn-xdp-maps.h"
#include "pure.h"

#define DROPS_REASONS (sizeof(struct ecdn_xdp_drops) / sizeof(struct ecdn_xdp_traffic))

static __always_inline struct ecdn_xdp_traffic drops_sum(const struct ecdn_xdp_drops *drops)
{
	const struct ecdn_xdp_traffic *reason = (const struct ecdn_xdp_traffic *)drops;
	struct ecdn_xdp_traffic sum = {};

	pure_unroll
	for (__u32 i = 0; i < DROPS_REASONS; i++) {
		sum.packets += reason[i].packets;
		sum.bytes += reason[i].bytes;
	}
	return sum;
}

#endif
