/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * prefix_lease.h - what a CPU leases from the buckets of source prefixes, which all CPUs share.
 */
#ifndef BPF_PREFIX_LEASE_H
#define BPF_PREFIX_LEASE_H

#include "cpu.h"
#include "prefix_bucket.h"
#include "region_cpu.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_BUCKET_SETS);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_bucket_set);
} prefix_buckets SEC(".maps");

/*
 * Leases a batch for the prefix of that hash, by the region's prefix_lease. True if it is granted.
 * A global function, as it is verified once then, and not for every kind of packet.
 */
__attribute__((noinline)) int lease_prefix(__u64 hash, __u32 region)
{
	__u32 id = bpf_get_smp_processor_id(), index = hash >> 32 & (ECDN_XDP_BUCKET_SETS - 1);
	struct ecdn_xdp_bucket_set *set = bpf_map_lookup_elem(&prefix_buckets, &index);
	const struct ecdn_xdp_region_cpu *local = region_of_cpu(region, id);
	const struct ecdn_xdp_cpu *now = bpf_map_lookup_elem(&cpu, &id);
	struct ecdn_xdp_events *count;
	__u32 how;

	if (!set || !local || !now)
		return true;
	bpf_spin_lock(&set->lock);
	how = prefix_bucket_lease(set, prefix_bucket_key(hash, region), &local->prefix_lease,
				  now->now_ns);
	bpf_spin_unlock(&set->lock);

	if (how & (PREFIX_BUCKET_EVICTED | PREFIX_BUCKET_FULL) && (count = events_of_cpu())) {
		count->bucket_evicted += !!(how & PREFIX_BUCKET_EVICTED);
		count->bucket_full += !!(how & PREFIX_BUCKET_FULL);
	}
	return how & PREFIX_BUCKET_GRANTED;
}

#endif
