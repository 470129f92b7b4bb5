/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * origin_packet.h - from a packet of a cgroup's sockets to the record of its connection. Nearly
 * all packets are no origin's: they pay one test of the port that their socket is connected to.
 */
#ifndef BPF_ORIGIN_PACKET_H
#define BPF_ORIGIN_PACKET_H

#include <bpf/bpf_endian.h>

#include "origin_maps.h"

/* Whether the packet's socket is connected to a watched port. */
static __always_inline int origin_may_be(struct __sk_buff *skb)
{
	struct ecdn_xdp_origin_config *conf = origin_configured();
	struct bpf_sock *sk = skb->sk;

	return conf && sk && origin_port(conf->ports, bpf_ntohs(sk->dst_port));
}

/* The record of the packet's connection; NULL: it has none. */
static __always_inline struct ecdn_xdp_origin_conn *origin_of(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	sk = sk ? bpf_sk_fullsock(sk) : NULL;
	return sk ? bpf_sk_storage_get(&origin_conns, sk, NULL, 0) : NULL;
}

#endif
