/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * give_way_region.h - the guard has learned limits of a region give way, see give_way.h. No program
 * but the guard's writes limits by itself: where no packet comes, nobody is limited.
 */
#ifndef BPF_GIVE_WAY_REGION_H
#define BPF_GIVE_WAY_REGION_H

#include "config.h"
#include "give_way.h"
#include "region_maps.h"

/* Commands and the agent write it. The loader sizes it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ECDN_XDP_REGIONS_DEFAULT);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_learned);
} region_learned SEC(".maps");

/* Where the region has no row any more, its limits stay. A global function, as it is verified once
 * then. */
__attribute__((noinline)) int give_way_region(__u32 region, __u64 now_ns)
{
	struct ecdn_xdp_learned *row = bpf_map_lookup_elem(&region_learned, &region);
	struct ecdn_xdp_limits *limits = bpf_map_lookup_elem(&region_limits, &region);
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	__u32 slot = 0;
	const struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);

	if (!row || !limits || !shared || !conf)
		return 0;
	/* Another CPU may have done it meanwhile, or the agent written others. */
	bpf_spin_lock(&shared->lock);
	give_way(limits, &conf->default_limits, row, now_ns);
	bpf_spin_unlock(&shared->lock);
	return 1;
}

#endif
