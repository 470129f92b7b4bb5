/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * clock.h - time and randomness at the price of a memory access. Reading the clock costs
 * more than parsing a packet (37 ns where it was measured), while bpf_jiffies64() is one
 * load: so each CPU reads the clock when the jiffy has changed, and keeps it.
 */
#ifndef BPF_CLOCK_H
#define BPF_CLOCK_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct clock {
	__u64 jiffies;
	__u64 now_ns;           /* CLOCK_MONOTONIC, as of the jiffy's first packet */
	__u64 random;           /* xorshift64 state */
	__u32 cpu;
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct clock);
} clock SEC(".maps");

/* This CPU's clock; NULL never happens, but the verifier cannot know. */
static __always_inline struct clock *clock_read(void)
{
	__u64 jiffies = bpf_jiffies64();
	__u32 slot = 0;
	struct clock *now = bpf_map_lookup_elem(&clock, &slot);

	if (now && now->jiffies != jiffies) {
		now->jiffies = jiffies;
		now->now_ns = bpf_ktime_get_ns();
		now->random ^= (__u64)bpf_get_prandom_u32() << 32 | 1;
		now->cpu = bpf_get_smp_processor_id();
	}
	return now;
}

/* Marsaglia, "Xorshift RNGs" (2003); clock_read() stirs in the kernel's own each jiffy. */
static __always_inline __u32 clock_random(struct clock *clock)
{
	__u64 random = clock->random;

	random ^= random << 13;
	random ^= random >> 7;
	random ^= random << 17;
	clock->random = random;
	return random >> 32;
}

#endif
