/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * judge.h - once a jiffy that has packets of a region, a CPU hands over what it has added up of
 * it, and learns the region's state and what may pass until the next time.
 */
#ifndef BPF_JUDGE_H
#define BPF_JUDGE_H

#include "bucket.h"
#include "change_made.h"
#include "config.h"
#include "cpu.h"
#include "give_way_region.h"
#include "hand_over.h"
#include "pace.h"
#include "peak.h"
#include "region_cpu.h"
#include "region_maps.h"

static __always_inline void set_lease(struct ecdn_xdp_lease *lease, __u64 limit)
{
	lease->batch = bucket_batch(limit);
	lease->cost_ns = bucket_cost(limit, lease->batch);
	lease->depth_ns = bucket_depth(limit);
}

/* Takes what the CPU has added up of arriving packets, and begins anew. */
static __always_inline struct ecdn_xdp_load take_claimed(struct ecdn_xdp_region_cpu *local)
{
	const struct ecdn_xdp_load load = {
		local->load_packets, local->load_bits, local->load_connections,
	};

	local->load_packets = 0;
	local->load_connections = 0;
	local->load_bits = 0;
	return load;
}

/* What judge_region() returns: bits, and the states before and after. */
#define JUDGED 1                /* the CPU knows the region's state */
#define JUDGED_OVER 2           /* nothing was done, as what is published ended before */
#define JUDGED_SPAN 4           /* a span of the fast window has begun */
#define JUDGED_CHANGED 8
#define JUDGED_FROM(result) ((result) >> 8 & 0xff)
#define JUDGED_TO(result) ((result) >> 16 & 0xff)

/*
 * Hands over the packets that the CPU has added up and learns the region's state. 0 if a map is
 * missing. A global function, as it is verified once then, and not once for every kind of packet.
 */
__attribute__((noinline)) int judge_region(__u32 region, __u32 id)
{
	struct ecdn_xdp_limits *limits = bpf_map_lookup_elem(&region_limits, &region);
	struct ecdn_xdp_region_state *public = bpf_map_lookup_elem(&region_state, &region);
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	struct ecdn_xdp_region_cpu *local = region_of_cpu(region, id);
	const struct ecdn_xdp_cpu *now = bpf_map_lookup_elem(&cpu, &id);
	__u32 slot = 0, generation, before;
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);
	__u64 answer_cps, prefix_pps, aggregate_pps[2] = {}, before_ns, span;
	struct ecdn_xdp_load claimed;
	bool shield;

	if (!limits || !public || !shared || !local || !now || !conf)
		return 0;
	if (change_is_over(public, now->now_ns, CHANGE_SOON_NS))
		return JUDGED_OVER;
	if (give_way_is_due(limits, now->now_ns))
		give_way_region(region, now->now_ns);
	claimed = take_claimed(local);
	/* Read first: a change that comes meanwhile is learned with the next packet. */
	generation = *(volatile __u32 *)&conf->generation;
	shield = conf->shield == ECDN_XDP_SHIELD_ON;

	bpf_spin_lock(&shared->lock);
	before = public->state;
	before_ns = public->since_ns;
	span = shared->claimed.fast.number;
	rate_hand_over(&shared->claimed, limits, &claimed, local->measured_ns, now->now_ns);
	hand_over_proven(shared, local, limits, now->now_ns);
	local->state = rates_update(shared, limits, shield, now->now_ns);
	publish_state(public, shared, limits, shield, local->state, now->now_ns);
	change_time(public, before, before_ns);
	span = shared->claimed.fast.number - span;
	answer_cps = local->state == ECDN_XDP_STATE_LIMITED ? limits->answer_cps :
							      limits->shield_cps;
	prefix_pps = limits->prefix_pps;
	if (in_surge(local->state)) {
		aggregate_pps[0] = limits->aggregate_pps[0];
		aggregate_pps[1] = limits->aggregate_pps[1];
	}
	bpf_spin_unlock(&shared->lock);

	local->jiffies = now->jiffies;
	local->generation = generation;
	local->measured_ns = now->now_ns;
	set_lease(&local->answer_lease, answer_cps);
	set_lease(&local->prefix_lease, prefix_pps);
	if (in_surge(local->state)) {
		set_lease(&local->aggregate_lease[0], aggregate_pps[0]);
		set_lease(&local->aggregate_lease[1], aggregate_pps[1]);
	}
	return JUDGED | (span ? JUDGED_SPAN : 0) |
	       (before != local->state ? JUDGED_CHANGED : 0) |
	       (before & 0xff) << 8 | (local->state & 0xff) << 16;
}

/*
 * The same, and what follows from it. family, upper and lower: the source of the packet that comes
 * now, as change_made() takes it. A global function, so that the stack of those that it calls is
 * not in the guard's own.
 */
__attribute__((noinline)) int hand_over(__u32 region, __u32 id, __u32 family, __u64 upper,
					__u64 lower)
{
	int result = judge_region(region, id);

	if (result == JUDGED_OVER) {
		change_end(region, bpf_ktime_get_ns());
		result = judge_region(region, id);
	}
	if (result & JUDGED_CHANGED)
		change_made(change_what(region, JUDGED_FROM(result), JUDGED_TO(result), family),
			    upper, lower);
	if (result & JUDGED_SPAN)
		peak_keep(region, id);
	return result;
}

#endif
