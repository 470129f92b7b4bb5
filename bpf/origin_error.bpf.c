// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * origin_error: notes what ICMP says of a connection that is being made. The proxy may read that
 * off the socket before the socket closes, so that no trace of it is left there then.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "origin_maps.h"
#include "sock.h"

SEC("tp_btf/inet_sk_error_report")
int origin_error(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	struct ecdn_xdp_origin_conn *conn = bpf_sk_storage_get(&origin_conns, sk, NULL, 0);
	__u32 error = sk->sk_err ?: sk->sk_err_soft;

	if (conn && conn->watch == ECDN_XDP_ORIGIN_WATCHED && !conn->established && error)
		conn->error = error;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
