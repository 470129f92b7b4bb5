/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * peak.h - the highest rates that a region has had, so that a limit can be chosen. They are looked
 * at when a span of the fast window begins, so that a hand-over in between touches none of it.
 */
#ifndef BPF_PEAK_H
#define BPF_PEAK_H

#include "change_ring.h"
#include "cpu.h"
#include "region_maps.h"

static __always_inline void peak_raise(__u64 *peak, __u64 *peak_ns, __u64 sum, __u64 now_ns)
{
	/* A rate per second is less than the sum over the slow span. */
	__u64 rate = sum > *peak ? per_second(sum) : 0;

	if (rate <= *peak)
		return;
	*peak = rate;
	*peak_ns = now_ns;
}

/* Keeps what is higher of the rates over the slow window, as of that CPU's clock. A global
 * function, as it is verified once then. */
__attribute__((noinline)) int peak_keep(__u32 region, __u32 id)
{
	struct ecdn_xdp_region_history *history = bpf_map_lookup_elem(&region_history, &region);
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	const struct ecdn_xdp_cpu *now = bpf_map_lookup_elem(&cpu, &id);
	struct ecdn_xdp_load slow;

	if (!history || !shared || !now)
		return 0;
	bpf_spin_lock(&shared->lock);
	slow = window_load(&shared->claimed.slow, RATE_SLOW_SPAN, now->now_ns);
	peak_raise(&history->peak_pps, &history->peak_pps_ns, slow.packets, now->now_ns);
	peak_raise(&history->peak_bps, &history->peak_bps_ns, slow.bits, now->now_ns);
	peak_raise(&history->peak_cps, &history->peak_cps_ns, slow.connections, now->now_ns);
	bpf_spin_unlock(&shared->lock);
	return 0;
}

#endif
