// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * origin_out: reads what this host sends to origins, and counts connections that were open before
 * the observer was. It sees all packets of a cgroup's sockets, and lets each of them pass.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ORIGIN_OUT true

#include "origin_packet.h"
#include "origin_read.h"
#include "origin_watch.h"

/* Whether a socket of this host listens at the address and port that a connection has here. */
static __always_inline bool is_served(struct __sk_buff *skb, struct bpf_sock *sk, __u8 family)
{
	struct bpf_sock_tuple to = {};
	struct bpf_sock *listener;
	__u32 size;

	/* No connection is from port 0, so that only a listener is found. */
	if (family == 4) {
		to.ipv4.daddr = sk->src_ip4;
		to.ipv4.dport = bpf_htons(sk->src_port);
		size = sizeof(to.ipv4);
	} else {
		to.ipv6.daddr[0] = sk->src_ip6[0];
		to.ipv6.daddr[1] = sk->src_ip6[1];
		to.ipv6.daddr[2] = sk->src_ip6[2];
		to.ipv6.daddr[3] = sk->src_ip6[3];
		to.ipv6.dport = bpf_htons(sk->src_port);
		size = sizeof(to.ipv6);
	}
	listener = bpf_skc_lookup_tcp(skb, &to, size, BPF_F_CURRENT_NETNS, 0);
	if (!listener)
		return false;
	bpf_sk_release(listener);
	return true;
}

/*
 * A connection without a record was open before the observer was. It gets one that says so, by
 * which it is counted once: no packet of its looks further then. A client of this host may come
 * from any port: one that comes to a watched port, or to one where this host listens, shows that
 * this host has not begun it. The latter gets a record, too, so that this is asked once.
 */
static __always_inline void note_unseen(struct __sk_buff *skb)
{
	struct ecdn_xdp_origin_config *conf = origin_configured();
	struct ecdn_xdp_origin_head *head = origin_shared();
	struct bpf_sock *sk = skb->sk;
	struct ecdn_xdp_origin_conn *conn;

	sk = sk ? bpf_sk_fullsock(sk) : NULL;
	if (!conf || !head || !sk || sk->protocol != IPPROTO_TCP ||
	    sk->state != BPF_TCP_ESTABLISHED || origin_port(conf->ports, sk->src_port))
		return;
	conn = bpf_sk_storage_get(&origin_conns, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!conn)
		return;
	conn->watch = ECDN_XDP_ORIGIN_SKIPPED;
	conn->origin.family = watch_remote(sk, (__u32 *)conn->origin.addr);
	conn->netns = watch_netns(sk);
	if (!watch_is_asked(sk, conn, conf) || is_served(skb, sk, conn->origin.family))
		return;
	conn->watch = ECDN_XDP_ORIGIN_UNSEEN;
	__sync_fetch_and_add(&head->unseen, 1);
}

static __always_inline void read_request(struct __sk_buff *skb, struct ecdn_xdp_origin_conn *conn)
{
	struct origin_segment segment;

	if (conn->watch != ECDN_XDP_ORIGIN_WATCHED || !conn->content)
		return;
	if (!origin_parse(skb, &segment))
		return;
	/* One that is sent again may have lost the data that it came with at first. */
	if (segment.syn && !conn->out.ready) {
		conn->out.next = segment.seq;
		conn->out.ready = 1;
	}
	if (!segment.bytes || !conn->out.ready)
		return;
	origin_read_segment(skb, conn, &segment);
	if (!conn->out.goodbye)
		conn->asked_ns = bpf_ktime_get_ns();
}

SEC("cgroup_skb/egress")
int origin_out(struct __sk_buff *skb)
{
	struct ecdn_xdp_origin_conn *conn;

	if (!origin_may_be(skb))
		return 1;
	conn = origin_of(skb);
	if (conn)
		read_request(skb, conn);
	else
		note_unseen(skb);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
