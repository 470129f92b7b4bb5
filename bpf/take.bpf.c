// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * take: iterators over the sockets of a network namespace, which put one of them, known by its
 * cookie, into steer_sockets. That takes no fd of the socket, so nobody has to be allowed to take
 * one from the process that has it. Which socket, and whether it may be put there, user space
 * decides; it reads one byte, which ends the walk.
 */
#include <stdbool.h>
#include <asm/errno.h>
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf_iter.h"
#include "sock.h"
#include "steer_maps.h"

#define TCP_LISTEN 10

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct ecdn_xdp_steer_mark);
} steer_marks SEC(".maps");

/* Set by the loader: the socket gets its mark. Iterators can set one from Linux 5.11 on. */
const volatile bool marks = false;

/* What is wanted, and what came of it: 0 while the socket was not met, 1, or a negative errno. */
__u64 cookie;
__u32 place;
__u64 flags;
struct ecdn_xdp_steer_mark mark;
int result;

static __always_inline void end(struct bpf_iter_meta *meta)
{
	const char byte = 1;

	bpf_seq_write(meta->seq, &byte, sizeof(byte));
}

static __always_inline bool is_mptcp(struct tcp_sock *tcp)
{
	return bpf_core_field_exists(tcp->is_mptcp) && BPF_CORE_READ_BITFIELD(tcp, is_mptcp);
}

SEC("iter/tcp")
int take_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	__u32 key = place;
	struct tcp_sock *tcp;
	struct sock *sk;

	if (!common)
		return 0;
	tcp = bpf_skc_to_tcp_sock(common);
	if (!tcp)
		return 0;
	sk = (struct sock *)tcp;
	/* Listeners come first. */
	if (sk->__sk_common.skc_state != TCP_LISTEN) {
		end(ctx->meta);
		return 0;
	}
	if (sk->__sk_common.skc_cookie.counter != (long long)cookie)
		return 0;
	result = is_mptcp(tcp) ? -EOPNOTSUPP :
				 bpf_map_update_elem(&steer_sockets, &key, tcp, flags);
	if (!result && marks)
		bpf_sk_storage_get(&steer_marks, tcp, &mark, BPF_SK_STORAGE_GET_F_CREATE);
	result = result ?: 1;
	end(ctx->meta);
	return 0;
}

SEC("iter/udp")
int take_udp(struct bpf_iter__udp *ctx)
{
	struct udp_sock *udp = ctx->udp_sk;
	struct sock *sk = (struct sock *)udp;
	__u32 key = place;

	if (!udp || sk->__sk_common.skc_cookie.counter != (long long)cookie)
		return 0;
	result = bpf_map_update_elem(&steer_sockets, &key, udp, flags) ?: 1;
	end(ctx->meta);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
