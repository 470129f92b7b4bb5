/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * limit.h - may this packet pass? Each CPU adds up a region's packets by itself and hands
 * them over to the region's shared rate once a jiffy (rate.h derives what that costs in
 * accuracy); between two hand-overs a packet reads and writes this CPU's memory alone.
 */
#ifndef BPF_LIMIT_H
#define BPF_LIMIT_H

#include "bucket.h"
#include "clock.h"
#include "count.h"
#include "packet.h"
#include "rate.h"
#include "settings.h"
#include "trust.h"

/* The tokens that a CPU leases at once from a bucket. */
struct lease {
	__u64 cost_ns;          /* what the batch costs, in ns of the bucket */
	__u64 depth_ns;         /* of the bucket */
	__u32 batch;            /* tokens; 0: there is no limit */
};

/* What a CPU keeps of a region. */
struct region_local {
	__u64 jiffies;          /* of the last hand-over */
	__u32 generation;       /* of the configuration that the state follows from */
	__u32 state;            /* enum ecdn_xdp_state */
	__u64 measured_ns;      /* time of the last hand-over ... */
	struct ecdn_xdp_load load; /* ... and the packets since then */
	struct lease prefix;
	struct lease answer;
	/* [0] for prefixes that behave, [1] for prefixes that flood */
	struct ecdn_xdp_credit answer_credit[2];
};

enum drop {
	DROP_NONE,
	DROP_BLOCKED,
	DROP_PREFIX_PPS,
	DROP_ANSWER_CPS,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ECDN_XDP_REGIONS_DEFAULT);
	__type(key, __u32);
	__type(value, struct region_local);
} region_local SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_BUCKET_SETS);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_bucket_set);
} prefix_buckets SEC(".maps");

/*
 * True if the limits hold for the packet. A packet that hides its ports counts as
 * protected, so that hiding buys nothing. Neighbour discovery never counts so, as without it
 * the host is off the network.
 */
static __always_inline bool is_protected(const struct ecdn_xdp_config *config,
					 const struct packet *packet)
{
	if (config->protect & ECDN_XDP_PROTECT_ALL)
		return !packet->neighbour;
	if (packet->has_port)
		return port_protected(packet->proto, packet->port);
	if (packet->opaque == PACKET_CLEAR)
		return false;
	if (packet->proto == IPPROTO_TCP)
		return config->protect & ECDN_XDP_PROTECT_TCP;
	if (packet->proto == IPPROTO_UDP)
		return config->protect & ECDN_XDP_PROTECT_UDP;
	return packet->proto == PACKET_PROTO_UNKNOWN && config->protect;
}

static __always_inline bool is_trusted(const struct ecdn_xdp_config *config,
				       const struct packet *packet)
{
	return config->trusted && trusted_entry(packet->family, packet->addr_be);
}

static __always_inline void set_lease(struct lease *lease, __u64 limit)
{
	lease->batch = bucket_batch(limit);
	lease->cost_ns = bucket_cost(limit, lease->batch);
	lease->depth_ns = bucket_depth(limit);
}

/* Hands over the packets that this CPU has added up and learns the region's state. False if
 * a map is missing. */
static __always_inline bool hand_over(struct region_local *local, __u32 region,
				      const struct clock *clock, __u32 generation)
{
	const struct ecdn_xdp_load empty = {};
	struct ecdn_xdp_limits *limits = bpf_map_lookup_elem(&region_limits, &region);
	struct ecdn_xdp_region_state *public = bpf_map_lookup_elem(&region_state, &region);
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	struct ecdn_xdp_load load = local->load;
	__u64 now_ns = clock->now_ns, measured_ns = local->measured_ns;
	__u32 state;

	if (!limits || !public || !shared)
		return false;
	bpf_spin_lock(&shared->lock);
	state = rate_hand_over(&shared->rate, limits, &load, measured_ns, now_ns);
	publish_state(public, &shared->rate, limits, state, now_ns);
	bpf_spin_unlock(&shared->lock);

	local->jiffies = clock->jiffies;
	local->generation = generation;
	local->state = state;
	local->load = empty;
	local->measured_ns = now_ns;
	set_lease(&local->answer, limits->answer_cps);
	set_lease(&local->prefix, limits->prefix_pps);
	return true;
}

/* Leases from a region's bucket for answers, of which the lowest reserve_ns are not given. */
static __always_inline bool lease_answer(__u32 region, const struct lease *lease,
					 __u64 reserve_ns, __u64 now_ns)
{
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	bool granted;

	if (!shared)
		return true;
	bpf_spin_lock(&shared->lock);
	granted = bucket_lease(&shared->rate.answer_ns, lease->cost_ns,
			       lease->depth_ns - reserve_ns, now_ns - reserve_ns);
	bpf_spin_unlock(&shared->lock);
	return granted;
}

/*
 * Leases from the bucket of key. If it has none in the set, it takes over the fullest one
 * with what that holds, so that prefixes which displace each other gain nothing by it: a
 * set as a whole passes no more than its ways are worth.
 */
static __always_inline bool buckets_lease(struct ecdn_xdp_bucket_set *set, __u64 key,
					  const struct lease *lease, __u64 now_ns, bool *evicted)
{
	struct ecdn_xdp_bucket *bucket = &set->bucket[0];

#pragma unroll
	for (int i = 1; i < ECDN_XDP_BUCKET_WAYS; i++) {
		struct ecdn_xdp_bucket *other = &set->bucket[i];

		if (bucket->key != key &&
		    (other->key == key || other->spent_ns < bucket->spent_ns))
			bucket = other;
	}
	if (bucket->key != key) {
		*evicted = bucket->spent_ns + lease->depth_ns > now_ns;
		bucket->key = key;
	}
	return bucket_lease(&bucket->spent_ns, lease->cost_ns, lease->depth_ns, now_ns);
}

static __always_inline bool lease_prefix(const struct source *source,
					 const struct lease *lease, __u64 now_ns)
{
	__u32 index = source->hash >> 32 & (ECDN_XDP_BUCKET_SETS - 1);
	struct ecdn_xdp_bucket_set *set = bpf_map_lookup_elem(&prefix_buckets, &index);
	struct ecdn_xdp_events *count;
	bool granted, evicted = false;

	if (!set)
		return true;
	bpf_spin_lock(&set->lock);
	granted = buckets_lease(set, source->key, lease, now_ns, &evicted);
	bpf_spin_unlock(&set->lock);

	if (evicted && (count = events_of_cpu()))
		count->bucket_evicted++;
	return granted;
}

/*
 * A prefix that is not among the heavy ones passes, being lighter than those that are. So
 * with more than 16,384 prefixes on a CPU that are above the limit, some go free.
 */
static __always_inline bool prefix_passes(const struct region_local *local,
					  const struct source *source,
					  const struct clock *clock)
{
	const struct lease *lease = &local->prefix;
	__u32 jiffy = clock->jiffies;
	struct ecdn_xdp_credit *credit;

	if (!lease->batch || !source->prefix)
		return true;
	credit = &source->prefix->credit;
	if (credit_spend(credit, lease->batch))
		return true;
	if (credit_denied(credit, jiffy))
		return false;
	return credit_renew(credit, lease->batch, jiffy,
			    lease_prefix(source, lease, clock->now_ns));
}

/* True if the prefix lost packets to prefix_pps in the last 256 jiffies, a second at HZ=250. */
static __always_inline bool floods(const struct source *source, __u32 jiffy)
{
	const struct ecdn_xdp_prefix *prefix = source->prefix;

	return prefix && prefix->credit.denied && jiffy - prefix->credit.denied < 256;
}

/*
 * Of a prefix that floods, more may pass than all answers that there are. It gets tokens
 * of the bucket's upper half alone, so that a prefix that asks now and then finds those of
 * the lower half.
 */
static __always_inline bool answer_passes(struct region_local *local, __u32 region,
					  const struct source *source,
					  const struct clock *clock)
{
	const struct lease *lease = &local->answer;
	__u32 jiffy = clock->jiffies, greedy;
	struct ecdn_xdp_credit *credit;

	if (!lease->batch)
		return true;
	greedy = floods(source, jiffy);
	credit = greedy ? &local->answer_credit[1] : &local->answer_credit[0];
	if (credit_spend(credit, lease->batch))
		return true;
	if (credit_denied(credit, jiffy))
		return false;
	return credit_renew(credit, lease->batch, jiffy,
			    lease_answer(region, lease, greedy ? lease->depth_ns / 2 : 0,
					 clock->now_ns));
}

/*
 * True if the packet opens a connection, or hides its ports so that it might: hiding buys
 * nothing. A later fragment opens none by itself, but the packet that it completes may.
 */
static __always_inline bool may_open(const struct packet *packet)
{
	return packet->connection || packet->opaque;
}

static __always_inline void measure(struct region_local *local, const struct packet *packet)
{
	local->load.packets++;
	local->load.bits += packet->bytes * 8ULL;
	local->load.connections += may_open(packet) && packet->opaque != PACKET_FRAGMENT;
}

/* Prefixes are judged first, so that one that floods does not use up its region's answers. */
static __always_inline enum drop judge(const struct ecdn_xdp_config *config,
				       const struct packet *packet, __u32 region,
				       const struct source *source, const struct clock *clock)
{
	struct region_local *local;

	if (!is_protected(config, packet) || is_trusted(config, packet))
		return DROP_NONE;
	local = bpf_map_lookup_elem(&region_local, &region);
	if (!local)
		return DROP_NONE;
	if ((local->jiffies != clock->jiffies || local->generation != config->generation) &&
	    !hand_over(local, region, clock, config->generation))
		return DROP_NONE;
	measure(local, packet);

	if (local->state == ECDN_XDP_STATE_BLOCKED)
		return DROP_BLOCKED;
	if (local->state != ECDN_XDP_STATE_LIMITED)
		return DROP_NONE;
	if (!prefix_passes(local, source, clock))
		return DROP_PREFIX_PPS;
	if (may_open(packet) && !answer_passes(local, region, source, clock))
		return DROP_ANSWER_CPS;
	return DROP_NONE;
}

#endif
