/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * cpu.h - time and randomness at the price of a memory access, and events, which each CPU
 * counts by itself. Reading the clock costs more than parsing a packet (37 ns where it was
 * measured), while bpf_jiffies64() is one load: so each CPU reads the clock when the jiffy has
 * changed, and keeps it.
 */
#ifndef BPF_CPU_H
#define BPF_CPU_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "pace.h"

/* The loader sizes both maps: each CPU has its own row. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_cpu);
} cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_events);
} cpu_events SEC(".maps");

/* The row of the CPU with that id, brought up to date; NULL if the map has none. */
static __always_inline struct ecdn_xdp_cpu *cpu_now(__u32 id)
{
	__u64 jiffies = bpf_jiffies64();
	struct ecdn_xdp_cpu *now = bpf_map_lookup_elem(&cpu, &id);

	if (now && now->jiffies != jiffies) {
		now->jiffies = jiffies;
		now->now_ns = bpf_ktime_get_ns();
		now->random ^= (__u64)bpf_get_prandom_u32() << 32 | 1;
		pace_update(now);
	}
	return now;
}

static __always_inline struct ecdn_xdp_events *events_of_cpu(void)
{
	__u32 id = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&cpu_events, &id);
}

#endif
