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

/*
 * A connection without a record was open before the observer was. It gets one that says so, by
 * which it is counted once: no packet of its looks further then. A client of this host may come
 * from any port: one that comes to a watched port shows that this host has not begun it.
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
	if (!watch_is_asked(sk, conn, conf))
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
