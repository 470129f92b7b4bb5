/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * prefix_lease.h - does a source prefix let a packet pass? Each CPU leases from the prefix's
 * bucket, which all CPUs share.
 */
#ifndef BPF_PREFIX_LEASE_H
#define BPF_PREFIX_LEASE_H

#include "count.h"
#include "cpu.h"
#include "prefix_bucket.h"
#include "region_cpu.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_BUCKET_SETS);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_bucket_set);
} prefix_buckets SEC(".maps");

/* By which limit of its region a prefix is judged. */
enum prefix_level {
	PREFIX_LEVEL_NARROW,    /* prefix_pps: /24, /48 */
	PREFIX_LEVEL_WIDER,     /* aggregate_pps[0]: /20, /40 */
	PREFIX_LEVEL_WIDEST,    /* aggregate_pps[1]: /32 of IPv6 */
};

static __always_inline const struct ecdn_xdp_lease *
lease_of_level(const struct ecdn_xdp_region_cpu *local, __u32 level)
{
	if (level == PREFIX_LEVEL_NARROW)
		return &local->prefix_lease;
	return level == PREFIX_LEVEL_WIDER ? &local->aggregate_lease[0] :
					     &local->aggregate_lease[1];
}

static __always_inline int lease_alone(__u64 key, __u64 hash, const struct ecdn_xdp_lease *lease,
				       __u64 now_ns, __u32 id)
{
	__u32 index = id * ECDN_XDP_PREFIX_SETS + (hash & (ECDN_XDP_PREFIX_SETS - 1)), way;
	struct ecdn_xdp_prefix_set *set = bpf_map_lookup_elem(&prefixes, &index);

	if (!set)
		return 1;
	way = forget_value(prefix_find(set, key), hash) & (ECDN_XDP_PREFIX_WAYS - 1);
	return bucket_lease_alone(&set->alone[way], lease->cost_ns, lease->depth_ns, now_ns);
}

/*
 * Leases a batch for the prefix of that key and hash. True if it is granted. A global function, as
 * it is verified once then, and not for every kind of packet.
 */
__attribute__((noinline)) int lease_prefix(__u64 key, __u64 hash, __u32 level)
{
	__u32 id = bpf_get_smp_processor_id(), index = hash >> 32 & (ECDN_XDP_BUCKET_SETS - 1);
	struct ecdn_xdp_bucket_set *set = bpf_map_lookup_elem(&prefix_buckets, &index);
	const struct ecdn_xdp_region_cpu *local = region_of_cpu(key & ECDN_XDP_PREFIX_REGION, id);
	const struct ecdn_xdp_cpu *now = bpf_map_lookup_elem(&cpu, &id);
	__u64 bucket = prefix_bucket_key(hash, key);
	const struct ecdn_xdp_lease *lease;
	struct ecdn_xdp_events *count;
	__u32 how;

	if (!set || !local || !now)
		return true;
	lease = lease_of_level(local, level);
	bpf_spin_lock(&set->lock);
	how = prefix_bucket_lease(set, bucket, lease, now->now_ns);
	bpf_spin_unlock(&set->lock);

	if (how & (PREFIX_BUCKET_EVICTED | PREFIX_BUCKET_FULL) && (count = events_of_cpu())) {
		count->bucket_evicted += !!(how & PREFIX_BUCKET_EVICTED);
		count->bucket_full += !!(how & PREFIX_BUCKET_FULL);
	}
	if (how & PREFIX_BUCKET_FULL)
		return lease_alone(key, hash, lease, now->now_ns, id);
	return how & PREFIX_BUCKET_GRANTED;
}

/*
 * A prefix that is not among the heavy ones passes, being lighter than those that are. So
 * with more than 16,384 prefixes on a CPU that are above the limit, some go free.
 */
static __always_inline bool source_passes(const struct source *source,
					  const struct ecdn_xdp_region_cpu *local,
					  enum prefix_level level, __u32 jiffy)
{
	const struct ecdn_xdp_lease *lease = lease_of_level(local, level);
	struct ecdn_xdp_credit *credit;

	if (!lease->batch || !source->prefix)
		return true;
	credit = &source->prefix->credit;
	if (credit_spend(credit, lease->batch))
		return true;
	if (credit_denied(credit, jiffy))
		return false;
	return credit_renew(credit, lease->batch, jiffy,
			    lease_prefix(source->key, source->hash, level));
}

/* The same by prefix_pps. */
static __always_inline bool prefix_passes(const struct ecdn_xdp_region_cpu *local,
					  const struct source *source,
					  const struct ecdn_xdp_cpu *now)
{
	return source_passes(source, local, PREFIX_LEVEL_NARROW, now->jiffies);
}

#endif
