/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * pace.h - does a CPU have so many packets that it accounts one in eight to its source
 * prefix? Time is an argument and no helper is called, so that the kernel and the unit tests
 * run the same code.
 *
 * It samples from the jiffy on in which a span of 34 ms has held BUSY packets, to the end of
 * that span; then it goes on if the span held as many for its length, which jiffies make a
 * little longer. So below 250,000 packets a second it never samples, and what comes after a
 * load is exact again within a span.
 */
#ifndef BPF_PACE_H
#define BPF_PACE_H

#include "ecdn-xdp-maps.h"
#include "pure.h"

/* Called in each jiffy that has packets; cpu->now_ns is its time. */
static __always_inline void pace_update(struct ecdn_xdp_cpu *cpu)
{
	__u64 length_ns = cpu->now_ns - cpu->span_ns;

	if (length_ns < 1ULL << ECDN_XDP_CPU_SPAN) {
		if (cpu->packets >= ECDN_XDP_CPU_BUSY)
			cpu->sampled = 1;
		return;
	}
	/* After a day of silence the product could overflow. */
	cpu->sampled = length_ns < 1ULL << 46 &&
		       (__u64)cpu->packets << ECDN_XDP_CPU_SPAN >= ECDN_XDP_CPU_BUSY * length_ns;
	cpu->span_ns = cpu->now_ns;
	cpu->packets = 0;
}

#endif
