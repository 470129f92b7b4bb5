/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * pace.h - does a CPU have so many packets that it accounts one in eight to its source
 * prefix, and which ones? Time is an argument and no helper is called, so that the kernel and
 * the unit tests run the same code.
 *
 * It samples from the jiffy on in which a span of 34 ms has held BUSY packets, to the end of
 * that span; then it goes on if the span held as many for its length, which jiffies make a
 * little longer. So below 250,000 packets a second it never samples, and after a load it is
 * exact again within two spans and a jiffy.
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
	/* A silence of 26 days would overflow the product. */
	cpu->sampled = length_ns < 1ULL << 46 &&
		       (__u64)cpu->packets << ECDN_XDP_CPU_SPAN >= ECDN_XDP_CPU_BUSY * length_ns;
	cpu->span_ns = cpu->now_ns;
	cpu->packets = 0;
}

/* Marsaglia, "Xorshift RNGs" (2003); the guard stirs in the kernel's own each jiffy. */
static __always_inline __u64 pace_random(struct ecdn_xdp_cpu *cpu)
{
	__u64 random = cpu->random;

	random ^= random << 13;
	random ^= random >> 7;
	random ^= random << 17;
	cpu->random = random;
	return random;
}

/* 1 in the states in which what a region sends is limited by prefix, else 0. */
static __always_inline int in_surge(__u32 state)
{
	return state == ECDN_XDP_STATE_LIMITED || state == ECDN_XDP_STATE_SHIELDED;
}

/*
 * For how many packets one of a region in that state is to be accounted to its source prefix;
 * 0: for none. On a busy CPU it is one in eight, with 0 to 14 by chance between two of them,
 * but every packet of a region in a surge, as what a prefix may send is decided by its
 * own packets then.
 */
static __always_inline __u32 pace_sample(struct ecdn_xdp_cpu *cpu, __u32 state)
{
	if (!cpu->sampled || in_surge(state))
		return 1;
	if (cpu->skip) {
		cpu->skip--;
		return 0;
	}
	cpu->skip = (pace_random(cpu) >> 32) * (2 * ECDN_XDP_PREFIX_STEP - 1) >> 32;
	return ECDN_XDP_PREFIX_STEP;
}

#endif
