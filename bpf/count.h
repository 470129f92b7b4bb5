/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * count.h - every packet counts: in its region and its source prefix, on each CPU apart,
 * or under the reason why it has no region.
 */
#ifndef BPF_COUNT_H
#define BPF_COUNT_H

#include "packet.h"
#include "prefix.h"
#include "region_cpu.h"
#include "region_maps.h"
#include "cpu.h"
#include "share.h"

/* The loader sizes the map: each possible CPU has its own sets. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_PREFIX_SETS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_prefix_set);
} prefixes SEC(".maps");

/* A source prefix on its way through the guard. */
struct source {
	__u64 key;
	__u64 hash;
	struct ecdn_xdp_prefix *prefix; /* NULL: the prefix is not among the heavy ones */
};

static __always_inline void count_other(enum packet_kind kind)
{
	struct ecdn_xdp_events *count = events_of_cpu();

	if (!count)
		return;
	switch (kind) {
	case PACKET_ARP:
		count->arp++;
		break;
	case PACKET_OTHER_ETHERTYPE:
		count->other_ethertype++;
		break;
	case PACKET_VLAN_DEEP:
		count->vlan_depth++;
		break;
	case PACKET_TRUNCATED:
		count->truncated++;
		break;
	case PACKET_BAD_HEADER:
		count->bad_header++;
		break;
	case PACKET_IP:
		break;
	}
}

static __always_inline void count_opaque(enum packet_opaque opaque)
{
	struct ecdn_xdp_events *count = events_of_cpu();

	if (!count)
		return;
	switch (opaque) {
	case PACKET_FRAGMENT:
		count->fragment++;
		break;
	case PACKET_UPPER_TRUNCATED:
		count->upper_truncated++;
		break;
	case PACKET_EXT_TOO_MANY:
		count->ext_headers++;
		break;
	case PACKET_CLEAR:
		break;
	}
}

static __always_inline void count_region(struct ecdn_xdp_region_cpu *local,
					 const struct packet *packet)
{
	local->packets++;
	local->bytes += packet->bytes;
	local->connections += packet->connection;
}

static __always_inline void count_traffic(struct ecdn_xdp_traffic *traffic, __u32 bytes)
{
	traffic->packets++;
	traffic->bytes += bytes;
}

static __always_inline void source_of(struct source *source, const struct packet *packet,
				      __u32 region, enum share share, __u64 seed)
{
	__u64 prefix = bpf_ntohl(packet->addr_be[0]);

	if (packet->family == 4) {
		prefix >>= 8;
		source->key = share_key_v4(prefix, region, share);
	} else {
		prefix = prefix << 16 | bpf_ntohl(packet->addr_be[1]) >> 16;
		source->key = share_key_v6(prefix, region, share);
	}
	source->hash = prefix_hash_share(prefix, share, seed);
}

/* Accounts the packet to its source prefix for `step` packets. */
static __always_inline void count_source(struct source *source, const struct packet *packet,
					 struct ecdn_xdp_cpu *now, __u32 id, __u32 step)
{
	__u32 index = id * ECDN_XDP_PREFIX_SETS + (source->hash & (ECDN_XDP_PREFIX_SETS - 1));
	struct ecdn_xdp_prefix_set *set = bpf_map_lookup_elem(&prefixes, &index);

	if (set)
		source->prefix = prefix_count(set, source->key, packet->bytes, now->now_ns,
					      pace_random(now) >> 32, step);
}

#endif
