/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * change_made.h - whoever has judged a region and published another state tells here what it was.
 */
#ifndef BPF_CHANGE_MADE_H
#define BPF_CHANGE_MADE_H

#include "change_ring.h"
#include "config.h"
#include "region_maps.h"

static __always_inline bool change_shield(void)
{
	__u32 slot = 0;
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);

	return conf && conf->shield == ECDN_XDP_SHIELD_ON;
}

/*
 * Writes a change that was published under the region's lock, which is free again. what: as
 * change_what() makes it; upper, lower: the packet's source, as change_pair() does. The rates are
 * those of a moment later. A global function, as it is verified once then.
 */
__attribute__((noinline)) int change_made(__u64 what, __u64 upper, __u64 lower)
{
	__u32 region = what >> 32;
	struct ecdn_xdp_region_state *public = bpf_map_lookup_elem(&region_state, &region);
	const struct ecdn_xdp_limits *limits = bpf_map_lookup_elem(&region_limits, &region);
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	struct change change = { .from = what >> 16 & 0xff, .to = what >> 8 & 0xff };
	bool shield = change_shield();

	if (!public || !shared || !limits)
		return 0;
	bpf_spin_lock(&shared->lock);
	change_date(&change, public);
	if (change_rises(&change))
		change_explain(&change, shared, limits, shield);
	bpf_spin_unlock(&shared->lock);
	change_write(what, &change, upper, lower);
	return 0;
}

/* Ends a state that was over at now_ns while no packet came; called before the region is judged.
 * A global function, as it is verified once then. */
__attribute__((noinline)) int change_end(__u32 region, __u64 now_ns)
{
	struct ecdn_xdp_region_state *public = bpf_map_lookup_elem(&region_state, &region);
	const struct ecdn_xdp_limits *limits = bpf_map_lookup_elem(&region_limits, &region);
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	struct change change = {};
	bool shield = change_shield();

	if (!public || !limits || !shared)
		return 0;
	bpf_spin_lock(&shared->lock);
	if (change_is_over(public, now_ns, CHANGE_SOON_NS))
		change_follow(&change, public, shared, limits, shield, now_ns);
	bpf_spin_unlock(&shared->lock);
	if (change.silent)
		change_write(change_what(region, 0, 0, 0), &change, 0, 0);
	return 0;
}

#endif
