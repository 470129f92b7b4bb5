// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * origin_in: reads what origins answer. It sees all packets of a cgroup's sockets, and lets each
 * of them pass.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ORIGIN_OUT false

#include "origin_packet.h"
#include "origin_phase.h"
#include "origin_read.h"
#include "sock.h"

/* What a segment acknowledges may lag behind others that overtook it; and it may come before its
 * socket has noted that what it acknowledges is sent. */
#define ACK_LATE (1 << 20)
#define ACK_EARLY (1 << 19)

/*
 * Whether TCP may take the segment: the node has room for it, as far as it ever said, and it
 * acknowledges what is on its way. This program is asked before TCP, and who is not the origin can
 * only guess these numbers.
 */
static __always_inline bool may_be_taken(struct __sk_buff *skb,
					 const struct origin_segment *segment)
{
	struct bpf_sock *sk = skb->sk;
	struct tcp_sock *tcp;

	sk = sk ? bpf_sk_fullsock(sk) : NULL;
	tcp = sk ? bpf_skc_to_tcp_sock(sk) : NULL;
	return tcp && (__s32)(segment->seq - tcp->rcv_wup - tcp->rcv_wnd) <= 0 &&
	       (__s32)(segment->ack - tcp->snd_una) >= -ACK_LATE &&
	       (__s32)(segment->ack - tcp->snd_nxt) <= ACK_EARLY;
}

static __always_inline void read_answer(struct __sk_buff *skb, struct ecdn_xdp_origin_conn *conn)
{
	struct origin_segment segment;

	if (conn->watch != ECDN_XDP_ORIGIN_WATCHED || !conn->in.ready)
		return;
	if (!origin_parse(skb, &segment) || !segment.bytes || !may_be_taken(skb, &segment))
		return;
	origin_read_segment(skb, conn, &segment);
	origin_note_goodbye(conn);
	if (!conn->in.goodbye)
		conn->answered_ns = bpf_ktime_get_ns();
}

SEC("cgroup_skb/ingress")
int origin_in(struct __sk_buff *skb)
{
	struct ecdn_xdp_origin_conn *conn = origin_may_be(skb) ? origin_of(skb) : NULL;

	if (conn)
		read_answer(skb, conn);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
