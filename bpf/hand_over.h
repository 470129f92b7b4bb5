/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * hand_over.h - what a CPU has added up of a region's proven traffic goes to the region's shared
 * rate. The guard does so once a jiffy that has packets, the program proven once a jiffy that
 * has connections: with RPS connections are made on CPUs that the guard does not see. So there the
 * first connection of a jiffy is handed over at once: where each of many CPUs has one now and then,
 * the windows would have moved on before its next one comes, and forget them all.
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

/*
 * Counts a connection that is made now, and hands it over with what has waited. The caller holds
 * the region's lock, under which nothing interrupts this CPU: nobody finds the connection counted
 * and not yet taken, and would hand it over as of a time long ago. Nor is `taken` ever ahead.
 */
static __always_inline void hand_over_connection(struct ecdn_xdp_region_rate *shared,
						 struct ecdn_xdp_region_cpu *local,
						 const struct ecdn_xdp_limits *limits,
						 __u64 now_ns)
{
	const struct ecdn_xdp_load one = { .connections = 1 };

	hand_over_proven(shared, local, limits, now_ns);
	local->proven_connections++;
	local->proven_taken++;
	local->proven_ns = now_ns;
	rate_add(&shared->proven, &one, now_ns);
}

#endif
