// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * proven: a connection whose handshake is complete cannot be forged. This program of a cgroup's
 * sockets counts it in the region of its peer, notes the peer's address as known, and arms the
 * local address and port at which it was accepted.
 *
 * Whoever may open sockets on this host must not turn a region to 513 with it. So what does not
 * come by an interface that the guard sees (net/link_stack.h) proves nothing: connections of the
 * host to itself, of containers, and of other network namespaces, whose owners choose what
 * addresses they like. And with TCP Fast Open a socket is made for a SYN alone, and where the host
 * asks for no cookie, for a forged one: such a connection proves nothing until an ACK has come.
 *
 * Other programs may hang on the same cgroup: this one changes no socket, writes no reply and
 * always allows.
 */
#include "sock.h"

#include <bpf/bpf_core_read.h>

#include "armed.h"
#include "change_made.h"
#include "config.h"
#include "cpu.h"
#include "hand_over.h"
#include "known.h"
#include "region.h"
#include "region_cpu.h"
#include "region_maps.h"
#include "settings.h"
#include "sock_address.h"
#include "trust.h"

#define LOOPBACK_IFINDEX 1

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ECDN_XDP_SHIELD_IFACES_MAX);
	__type(key, __u32);
	__type(value, __u32);
} shield_ifaces SEC(".maps");

/* Sockets of TCP Fast Open. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} fast_opens SEC(".maps");

struct connection {
	__u8 family;            /* 4 or 6; IPv4 also where the socket is an IPv6 one */
	__u32 peer_be[4];
	__u32 local_be[4];
};

/* The interface by which the packet came that made the connection. What this host sends to itself
 * comes by lo, whatever interface has the address. 0: the kernel has not noted it. */
static __always_inline __u32 interface_of(const struct tcp_sock *tcp)
{
	const struct inet_sock *inet = &tcp->inet_conn.icsk_inet;
	const struct inet_sock___before_5_17 *old = (const void *)inet;

	if (bpf_core_field_exists(inet->sk.sk_rx_dst_ifindex))
		return inet->sk.sk_rx_dst_ifindex;
	return old->rx_dst_ifindex;
}

enum count_event {
	COUNT_UNPROVEN,
	COUNT_MAP_MISSING,
};

/* The guard may interrupt this program, or another run of it, so the words are shared. */
static __always_inline void count_event(enum count_event event)
{
	struct ecdn_xdp_events *events = events_of_cpu();

	if (events && event == COUNT_UNPROVEN)
		__sync_fetch_and_add(&events->unproven, 1);
	else if (events)
		__sync_fetch_and_add(&events->map_missing, 1);
}

/* True if the connection came by an interface that the guard sees, in its network namespace. */
static __always_inline bool came_past_guard(struct bpf_sock_ops *ctx,
					    const struct ecdn_xdp_config *conf)
{
	struct bpf_sock *sk = ctx->sk;
	const struct tcp_sock *tcp = sk ? bpf_skc_to_tcp_sock(sk) : NULL;
	__u32 ifindex;

	if (!tcp || tcp->inet_conn.icsk_inet.sk.__sk_common.skc_net.net->ns.inum != conf->netns)
		return false;
	ifindex = interface_of(tcp);
	if (bpf_map_lookup_elem(&shield_ifaces, &ifindex))
		return true;
	if (ifindex != LOOPBACK_IFINDEX)
		count_event(COUNT_UNPROVEN);
	return false;
}

/* What judge_connections() returns: the states before and after, in 8 bits each, and ... */
#define JUDGED_COUNTED (1 << 16) /* ... the connection is counted */
#define JUDGED_OVER (2 << 16)    /* ... nothing was done, as what is published ended before */

/*
 * Counts a connection, hands the CPU's over to the region's rate, and judges the region. 0 if a
 * map is missing. A global function, as it is verified once then, and not once for every kind of
 * connection.
 */
__attribute__((noinline)) int judge_connections(__u32 region, __u32 id, __u64 jiffies)
{
	struct ecdn_xdp_limits *limits = bpf_map_lookup_elem(&region_limits, &region);
	struct ecdn_xdp_region_state *public = bpf_map_lookup_elem(&region_state, &region);
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	struct ecdn_xdp_region_cpu *local = region_of_cpu(region, id);
	__u64 now_ns = bpf_ktime_get_ns(), before_ns;
	__u32 slot = 0, before, state;
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);
	bool shield;

	if (!limits || !public || !shared || !local || !conf) {
		count_event(COUNT_MAP_MISSING);
		return 0;
	}
	if (change_is_over(public, now_ns, CHANGE_SOON_NS))
		return JUDGED_OVER;
	shield = conf->shield == ECDN_XDP_SHIELD_ON;
	bpf_spin_lock(&shared->lock);
	before = public->state;
	before_ns = public->since_ns;
	hand_over_connection(shared, local, limits, now_ns);
	state = rates_update(shared, limits, shield, now_ns);
	publish_state(public, shared, limits, shield, state, now_ns);
	change_time(public, before, before_ns);
	local->proven_jiffies = jiffies;
	bpf_spin_unlock(&shared->lock);
	return JUDGED_COUNTED | (before & 0xff) << 8 | (state & 0xff);
}

/* False: the connection is still to be counted. */
static __always_inline bool hand_over_connections(__u32 region, __u32 id,
						  const struct connection *connection,
						  __u64 jiffies)
{
	int result = judge_connections(region, id, jiffies);
	__u32 before, state;

	if (result & JUDGED_OVER) {
		change_end(region, bpf_ktime_get_ns());
		result = judge_connections(region, id, jiffies);
	}
	before = result >> 8 & 0xff;
	state = result & 0xff;
	if (before != state)
		change_made(change_what(region, before, state, connection->family),
			    change_pair(connection->peer_be), change_pair(connection->peer_be + 2));
	return result & JUDGED_COUNTED;
}

/* Connections of nodes and allowed prefixes are no part of their region's rates, as their
 * packets are not. */
static __always_inline void count_region(const struct connection *connection,
					 const struct ecdn_xdp_config *conf)
{
	__u32 id = bpf_get_smp_processor_id();
	int region = region_of(connection->family, connection->peer_be);
	struct ecdn_xdp_region_cpu *local;
	__u64 jiffies = bpf_jiffies64();

	if (conf->trusted && trusted_entry(connection->family, connection->peer_be))
		return;
	local = region_of_cpu(region < 0 ? ECDN_XDP_REGION_NONE : region, id);
	if (!local) {
		count_event(COUNT_MAP_MISSING);
		return;
	}
	if (local->proven_jiffies != jiffies &&
	    hand_over_connections(region < 0 ? ECDN_XDP_REGION_NONE : region, id, connection,
				  jiffies))
		return;
	/* The guard may interrupt this program, or another run of it. */
	__sync_fetch_and_add(&local->proven_connections, 1);
}

static __always_inline void established(struct bpf_sock_ops *ctx,
					const struct ecdn_xdp_config *conf)
{
	struct connection connection = {};
	struct ecdn_xdp_armed_key key;
	struct bpf_sock *sk = ctx->sk;
	__u64 now_ns;

	if (!came_past_guard(ctx, conf))
		return;
	now_ns = bpf_ktime_get_ns();
	connection.family = remote_address(ctx, connection.peer_be);
	local_address(ctx, connection.local_be);
	known_set(known_hash(connection.family, connection.peer_be, conf->hash_seed), now_ns);
	count_region(&connection, conf);
	/* A look-up by the guard would not find a socket that is bound to a VLAN or a VRF. */
	if (sk && !sk->bound_dev_if) {
		armed_key(&key, connection.family, connection.local_be, ctx->local_port);
		armed_connected(&key, now_ns);
	}
}

/* True if the handshake is not complete: then this program is called again once it is. */
static __always_inline bool is_early(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct tcp_sock *tcp = sk ? bpf_skc_to_tcp_sock(sk) : NULL;

	if (!tcp || !tcp->fastopen_rsk)
		return false;
	if (bpf_sk_storage_get(&fast_opens, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE))
		bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags |
						       BPF_SOCK_OPS_STATE_CB_FLAG);
	return true;
}

/*
 * True if this completes the handshake of a connection by TCP Fast Open: the server may have closed
 * before an ACK has come, of which the first is that of its FIN, then. Others' programs may have
 * asked for the states of any socket.
 */
static __always_inline bool completes(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	__u32 from = ctx->args[0], to = ctx->args[1], *counted;

	if (!(from == BPF_TCP_SYN_RECV && to == BPF_TCP_ESTABLISHED) &&
	    !(from == BPF_TCP_FIN_WAIT1 && (to == BPF_TCP_FIN_WAIT2 || to == BPF_TCP_CLOSING)))
		return false;
	counted = sk ? bpf_sk_storage_get(&fast_opens, sk, NULL, 0) : NULL;
	if (!counted || *counted)
		return false;
	*counted = 1;
	return true;
}

static __always_inline bool is_established(struct bpf_sock_ops *ctx)
{
	switch (ctx->op) {
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		return !is_early(ctx);
	case BPF_SOCK_OPS_STATE_CB:
		return completes(ctx);
	}
	return false;
}

SEC("sockops")
int proven(struct bpf_sock_ops *ctx)
{
	__u32 slot = 0;
	struct ecdn_xdp_config *conf;

	if (ctx->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB && ctx->op != BPF_SOCK_OPS_STATE_CB)
		return 1;
	conf = bpf_map_lookup_elem(&config, &slot);
	if (!conf || conf->shield != ECDN_XDP_SHIELD_ON)
		return 1;
	if ((conf->protect & ECDN_XDP_PROTECT_ALL ||
	     port_protected(IPPROTO_TCP, ctx->local_port)) && is_established(ctx))
		established(ctx, conf);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
