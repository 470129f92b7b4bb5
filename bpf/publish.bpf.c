// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * publish: brings the maps that readers without privileges see up to date when a command
 * has changed something. Those maps are frozen, so that a process that has one open cannot
 * write it; as the agent cannot either, it runs this program, on a packet that it makes up.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#include "change_made.h"
#include "config.h"
#include "publish_marks.h"
#include "rate.h"
#include "region.h"
#include "region_maps.h"
#include "trust.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_public_config);
} public_config SEC(".maps");

/* No program uses this map, but proxies write it. The loader sizes it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_REGIONS_DEFAULT);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_requests);
} request_stats SEC(".maps");

/* No program uses this map either, but commands do. The loader sizes it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * ECDN_XDP_REGIONS_DEFAULT);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct ecdn_xdp_note_key);
	__type(value, struct ecdn_xdp_note);
} region_notes SEC(".maps");

/* Nor this one. The loader sizes it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * ECDN_XDP_REGIONS_DEFAULT);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct ecdn_xdp_note_key);
	__type(value, struct ecdn_xdp_until);
} region_until SEC(".maps");

/* The generation in a table's header, whose start both kinds share; 0 without a table. */
static __always_inline __u64 generation_of(void *table)
{
	__u32 index = ECDN_XDP_TABLE_HEADER;
	struct ecdn_xdp_trusted_header *header;

	header = table ? bpf_map_lookup_elem(table, &index) : NULL;
	return header ? header->generation : 0;
}

static __always_inline int publish_config(__u32 gone)
{
	__u32 slot = 0;
	struct ecdn_xdp_public_config *public = bpf_map_lookup_elem(&public_config, &slot);
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);

	if (!public || !conf)
		return -1;
	public->abi = conf->abi;
	public->monitor = conf->monitor || conf->unguarded;
	public->max_regions = conf->max_regions;
	public->table_generation = generation_of(bpf_map_lookup_elem(&region_table, &slot));
	public->trusted_generation = generation_of(bpf_map_lookup_elem(&trusted_table, &slot));
	public->gone = gone;
	return 0;
}

/* Sets a region's limits, and judges it by them, under the lock under which the guard reads
 * them: so no packet meets half of a change. */
static __always_inline int set_limits(__u32 region, const struct ecdn_xdp_limits *wanted)
{
	struct ecdn_xdp_limits *limits = bpf_map_lookup_elem(&region_limits, &region);
	struct ecdn_xdp_region_state *public = bpf_map_lookup_elem(&region_state, &region);
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	__u64 now_ns = bpf_ktime_get_ns(), before_ns;
	__u32 slot = 0, before, state;
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);
	bool shield;

	if (!limits || !public || !shared || !conf)
		return -1;
	shield = conf->shield == ECDN_XDP_SHIELD_ON;
	if (change_is_over(public, now_ns, CHANGE_SOON_NS))
		change_end(region, now_ns);
	bpf_spin_lock(&shared->lock);
	before = public->state;
	before_ns = public->since_ns;
	/* A surge that is over by the old limits stays so, though the new hold may be longer. */
	rates_update(shared, limits, shield, now_ns);
	*limits = *wanted;
	state = rates_update(shared, limits, shield, now_ns);
	publish_state(public, shared, limits, shield, state, now_ns);
	change_time(public, before, before_ns);
	bpf_spin_unlock(&shared->lock);
	if (before != state)
		change_made(change_what(region, before, state, 0), 0, 0);
	return 0;
}

static __always_inline int publish_limits(const struct __sk_buff *skb)
{
	const struct publish_limits *wanted = (void *)(long)skb->data + ETH_HLEN;

	if ((void *)(wanted + 1) > (void *)(long)skb->data_end)
		return -1;
	return set_limits(wanted->region, &wanted->limits);
}

SEC("tc")
int publish(struct __sk_buff *skb)
{
	if (skb->mark == PUBLISH_CONFIG || skb->mark == PUBLISH_GONE)
		return publish_config(skb->mark == PUBLISH_GONE);
	return skb->mark == PUBLISH_LIMITS ? publish_limits(skb) : -1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
