// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * origin_in: reads what origins answer. It sees all packets of a cgroup's sockets, and lets each
 * of them pass.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ORIGIN_OUT false

#include "origin_packet.h"
#include "origin_read.h"

static __always_inline void read_answer(struct __sk_buff *skb, struct ecdn_xdp_origin_conn *conn)
{
	struct origin_segment segment;

	if (conn->watch != ECDN_XDP_ORIGIN_WATCHED || !conn->in.ready)
		return;
	if (!origin_parse(skb, &segment) || !segment.bytes)
		return;
	origin_read_segment(skb, conn, &segment);
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
