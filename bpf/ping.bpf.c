// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * ping: echo requests of the platform's intermediate nodes are answered here, at TC
 * ingress, before any firewall of the host sees them; or they go on with a mark that a
 * firewall's rule can match. All other packets go on to the next filter as if this program
 * were not there: TC_ACT_UNSPEC, which for tcx is TCX_NEXT.
 */
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>

#include "bucket.h"
#include "config.h"
#include "echo.h"
#include "echo_reply.h"
#include "trust.h"

/* The first byte of the lowest multicast address; 255.255.255.255 is above it too. */
#define IPV4_MULTICAST 0xe0
#define IPV6_MULTICAST 0xff

/* A jiffy of the slowest clock that kernels are built with, HZ=100. */
#define JIFFY_MAX_NS 10000000ULL

/* A new bucket counts as unspent for this long, so that it starts full even just after boot. */
#define BUCKET_AGE_NS (1ULL << 62)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_ping_config);
} ping_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ECDN_XDP_PING_INTERFACES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_ping_interface);
} ping_interfaces SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, ECDN_XDP_LOCAL_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct ecdn_xdp_local_key);
	__type(value, __u32);
} local_addresses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, ECDN_XDP_TRUSTED_NODES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_node_stats);
} node_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ECDN_XDP_TRUSTED_NODES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_node_bucket);
} node_buckets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_ping_events);
} ping_events SEC(".maps");

/* The counters and the token bucket of the node that a request came from. */
struct node {
	struct ecdn_xdp_node_stats *stats;
	struct ecdn_xdp_node_bucket *bucket;
};

static __always_inline bool is_local(const struct echo *echo)
{
	struct ecdn_xdp_local_key key = {
		.prefix_len = echo->family == 4 ? 32 + 32 : 32 + 128,
		.family = echo->family,
	};

	__builtin_memcpy(key.addr, echo->target_be, sizeof(key.addr));
	return bpf_map_lookup_elem(&local_addresses, &key);
}

/*
 * Rows are made when a node first sends a request, as most nodes of a long list never do.
 * False if there is no room for one.
 */
static __always_inline bool node_find(struct node *node, __u32 index, __u64 now_ns)
{
	const struct ecdn_xdp_node_stats no_stats = {};
	const struct ecdn_xdp_node_bucket full = { .spent_ns = now_ns - BUCKET_AGE_NS };

	node->stats = bpf_map_lookup_elem(&node_stats, &index);
	if (!node->stats) {
		bpf_map_update_elem(&node_stats, &index, &no_stats, BPF_NOEXIST);
		node->stats = bpf_map_lookup_elem(&node_stats, &index);
	}
	node->bucket = bpf_map_lookup_elem(&node_buckets, &index);
	if (!node->bucket) {
		bpf_map_update_elem(&node_buckets, &index, &full, BPF_NOEXIST);
		node->bucket = bpf_map_lookup_elem(&node_buckets, &index);
	}
	return node->stats && node->bucket;
}

/*
 * A node that was refused in this jiffy is refused again without asking the bucket, so that
 * a flood from a forged node address does not pull the bucket's line from CPU to CPU. The
 * tokens that the bucket gains until the next jiffy must not be lost, so this is done only
 * where the bucket can hold a jiffy's.
 */
static __always_inline bool within_rate(const struct ecdn_xdp_ping_config *conf,
					const struct node *node, __u64 now_ns)
{
	__u32 jiffy = bpf_jiffies64();
	__u64 cost_ns, depth_ns;
	int granted;

	if (!conf->rate)
		return true;
	if (node->stats->denied == jiffy)
		return false;
	cost_ns = NS_PER_SECOND / conf->rate;
	depth_ns = conf->burst * cost_ns;
	bpf_spin_lock(&node->bucket->lock);
	granted = bucket_lease(&node->bucket->spent_ns, cost_ns, depth_ns, now_ns);
	bpf_spin_unlock(&node->bucket->lock);
	if (!granted && depth_ns >= JIFFY_MAX_NS)
		node->stats->denied = jiffy;
	return granted;
}

/* While the tool is switched off nothing is dropped here either. */
static __always_inline bool is_off(void)
{
	__u32 slot = 0;
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);

	return conf && conf->off;
}

static __always_inline void count_request(struct ecdn_xdp_node_stats *stats, __u32 bytes,
					  __u64 now_ns)
{
	stats->requests++;
	stats->bytes += bytes;
	if (!stats->first_seen_ns)
		stats->first_seen_ns = now_ns;
	stats->last_seen_ns = now_ns;
}

static __always_inline long answer(struct __sk_buff *skb, const struct echo *echo,
				   const struct ecdn_xdp_ping_config *conf)
{
	__u32 index = skb->ifindex;
	struct ecdn_xdp_ping_interface *interface;

	if (echo->family == 4)
		return echo_reply(skb, echo, conf->ttl);
	interface = bpf_map_lookup_elem(&ping_interfaces, &index);
	return echo_reply(skb, echo, interface ? interface->hop_limit : conf->hop_limit);
}

static __always_inline int serve(struct __sk_buff *skb, const struct echo *echo,
				 const struct ecdn_xdp_ping_config *conf,
				 struct ecdn_xdp_ping_events *events, __u32 index)
{
	__u64 now_ns = bpf_ktime_get_ns();
	__u32 bytes = skb->len;
	struct node node;

	if (!node_find(&node, index, now_ns)) {
		events->give_up++;
		return TC_ACT_UNSPEC;
	}
	if (!within_rate(conf, &node, now_ns)) {
		count_request(node.stats, bytes, now_ns);
		node.stats->over_rate++;
		return is_off() ? TC_ACT_UNSPEC : TC_ACT_SHOT;
	}
	if (conf->mode == ECDN_XDP_PING_ANSWER && answer(skb, echo, conf)) {
		events->give_up++;
		return TC_ACT_UNSPEC;
	}
	count_request(node.stats, bytes, now_ns);
	node.stats->answered++;
	if (conf->mode == ECDN_XDP_PING_ANSWER)
		return bpf_redirect(skb->ifindex, 0);
	skb->mark |= ECDN_XDP_PING_MARK;
	return TC_ACT_UNSPEC;
}

/* True if the request is to this host itself. */
static __always_inline bool is_ours(const struct __sk_buff *skb, const struct echo *echo)
{
	return skb->pkt_type == PACKET_HOST && is_local(echo);
}

/* True if the request is to all hosts, so that this one may answer it too. */
static __always_inline bool is_to_all(const struct __sk_buff *skb, const struct echo *echo)
{
	__u8 first = *(const __u8 *)echo->target_be;

	return skb->pkt_type == PACKET_BROADCAST || skb->pkt_type == PACKET_MULTICAST ||
	       first >= (echo->family == 4 ? IPV4_MULTICAST : IPV6_MULTICAST);
}

static __always_inline int meet_stranger(const struct ecdn_xdp_ping_config *conf,
					 struct ecdn_xdp_ping_events *events)
{
	if (conf->only_nodes && !is_off()) {
		events->stranger_dropped++;
		return TC_ACT_SHOT;
	}
	events->stranger++;
	return TC_ACT_UNSPEC;
}

static __always_inline int judge(struct __sk_buff *skb, const struct echo *echo,
				 enum echo_kind kind, const struct ecdn_xdp_ping_config *conf,
				 struct ecdn_xdp_ping_events *events)
{
	__u32 index;

	if (kind == ECHO_TRUNCATED) {
		events->truncated++;
		return TC_ACT_UNSPEC;
	}
	index = ecdn_xdp_node(trusted_entry(echo->family, echo->source_be));
	if (!is_ours(skb, echo) && (index || !is_to_all(skb, echo))) {
		events->not_local++;
		return TC_ACT_UNSPEC;
	}
	if (!index)
		return meet_stranger(conf, events);
	if (kind == ECHO_FRAGMENT) {
		events->fragment++;
		return TC_ACT_UNSPEC;
	}
	if (kind == ECHO_OPTIONS) {
		events->options++;
		return TC_ACT_UNSPEC;
	}
	return serve(skb, echo, conf, events, index);
}

static __always_inline int meet_echo(struct __sk_buff *skb)
{
	struct ecdn_xdp_ping_config *conf;
	struct ecdn_xdp_ping_events *events;
	struct echo echo = {};
	enum echo_kind kind = echo_parse(skb, &echo);
	__u32 slot = 0;

	if (kind == ECHO_NONE)
		return TC_ACT_UNSPEC;
	conf = bpf_map_lookup_elem(&ping_config, &slot);
	events = bpf_map_lookup_elem(&ping_events, &slot);
	if (!conf || !events)
		return TC_ACT_UNSPEC;
	return judge(skb, &echo, kind, conf, events);
}

SEC("tc")
int ping(struct __sk_buff *skb)
{
	return may_be_echo(skb) ? meet_echo(skb) : TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
