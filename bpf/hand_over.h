/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * hand_over.h - what a CPU has added up of a region's proven traffic goes to the region's shared
 * rate. The guard does so once a jiffy that has packets, the program proven once a jiffy that
 * has connections: with RPS connections are made on CPUs that the guard does not see.
 */
#ifndef BPF_HAND_OVER_H
#define BPF_HAND_OVER_H

#include "rate.h"

/*
 * The caller holds the region's lock, under which alone `taken` moves: so no connection is taken
 * twice, though the program proven can be interrupted by the guard on its CPU. What is taken was
 * measured since the later of both programs' last hand-overs on this CPU.
 */
static __always_inline void hand_over_proven(struct ecdn_xdp_region_rate *shared,
					     struct ecdn_xdp_region_cpu *local,
					     const struct ecdn_xdp_limits *limits, __u64 now_ns)
{
	__u64 connections = *(volatile __u64 *)&local->proven_connections;
	__u64 at_ns = rates_later(local->measured_ns, local->proven_ns);
	const struct ecdn_xdp_load load = {
		local->load_proven_packets, local->load_proven_bits,
		connections - local->proven_taken,
	};

	/* The guard's clock stands still for a jiffy, so the other program may be ahead of it. */
	if (at_ns > now_ns)
		at_ns = now_ns;
	local->proven_taken = connections;
	local->load_proven_packets = 0;
	local->load_proven_bits = 0;
	rate_hand_over(&shared->proven, limits, &load, at_ns, now_ns);
}

#endif
