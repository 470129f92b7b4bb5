// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * origin_error: notes what ICMP says of a connection that is being made. The proxy may read that
 * off the socket before the socket closes, so that no trace of it is left there then. And while
 * the proxy holds the socket the error is not there yet: it stands in the queue of errors alone,
 * in the last packet.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "origin_maps.h"
#include "sock.h"

/* The errno that the last packet in the socket's queue of errors tells; 0: there is none. */
static __always_inline __u32 queued(struct sock *sk)
{
	struct sk_buff *last = sk->sk_error_queue.prev;
	struct sock_exterr_skb *told;

	if (!last || (void *)last == (void *)&sk->sk_error_queue)
		return 0;
	told = (struct sock_exterr_skb *)__builtin_preserve_access_index(&last->cb);
	return BPF_CORE_READ(told, ee.ee_errno);
}

SEC("tp_btf/inet_sk_error_report")
int origin_error(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	struct ecdn_xdp_origin_conn *conn = bpf_sk_storage_get(&origin_conns, sk, NULL, 0);
	__u32 error;

	if (!conn || conn->watch != ECDN_XDP_ORIGIN_WATCHED || conn->established)
		return 0;
	error = sk->sk_err ?: sk->sk_err_soft ?: queued(sk);
	if (error)
		conn->error = error;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
