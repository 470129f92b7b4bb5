// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * origin_out: reads what this host sends to an origin. It sees all packets of a cgroup's sockets,
 * and lets each of them pass.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "origin_packet.h"

SEC("cgroup_skb/egress")
int origin_out(struct __sk_buff *skb)
{
	struct ecdn_xdp_origin_conn *conn;

	if (!origin_may_be(skb))
		return 1;
	conn = origin_of(skb);
	if (conn && conn->watch == ECDN_XDP_ORIGIN_WATCHED)
		conn->asked_ns = bpf_ktime_get_ns();
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
