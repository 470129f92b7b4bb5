/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * origin_watch.h - whether a socket that is connected to a watched port is an origin's.
 */
#ifndef BPF_ORIGIN_WATCH_H
#define BPF_ORIGIN_WATCH_H

#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "origin_maps.h"
#include "sock.h"
#include "sock_address.h"

/* A loopback address, of IPv4 or IPv6: what is on this host is no origin. */
static __always_inline bool watch_is_loopback(const struct ecdn_xdp_origin_key *key)
{
	const __u32 *words = (const __u32 *)key->addr;

	if (key->family == 4)
		return key->addr[0] == 127 || !words[0];
	return !words[0] && !words[1] && !words[2] && !(words[3] & ~bpf_htonl(1));
}

/* The inode of the socket's network namespace; 0: it is not known. */
static __always_inline __u32 watch_netns(struct bpf_sock *sk)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	return tcp ? tcp->inet_conn.icsk_inet.sk.__sk_common.skc_net.net->ns.inum : 0;
}

/* As remote_address() of sock_address.h. */
static __always_inline __u8 watch_remote(struct bpf_sock *sk, __u32 addr_be[4])
{
	if (sk->family == AF_INET) {
		addr_be[0] = sk->dst_ip4;
		return 4;
	}
	addr_be[0] = sk->dst_ip6[0];
	addr_be[1] = sk->dst_ip6[1];
	addr_be[2] = sk->dst_ip6[2];
	addr_be[3] = sk->dst_ip6[3];
	return sock_address_unmap(addr_be);
}

/* The record has the socket's origin and network namespace. */
static __always_inline bool watch_is_asked(struct bpf_sock *sk,
					   const struct ecdn_xdp_origin_conn *conn,
					   const struct ecdn_xdp_origin_config *conf)
{
	if (sk->mark == ECDN_XDP_ORIGIN_MARK || watch_is_loopback(&conn->origin))
		return false;
	return !conf->netns || conf->netns == conn->netns;
}

#endif
