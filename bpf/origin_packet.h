/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * origin_packet.h - from a packet of a cgroup's sockets to the record of its connection, and to
 * its TCP segment. Nearly all packets are no origin's: they pay one test of the port that their
 * socket is connected to.
 */
#ifndef BPF_ORIGIN_PACKET_H
#define BPF_ORIGIN_PACKET_H

#include <stdbool.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>

#include "origin_maps.h"
#include "pure.h"

/* Extension headers that are passed by, at the most; one more is no packet of TCP's. */
#define ORIGIN_EXTENSIONS 4

struct origin_segment {
	__u32 at;               /* where its payload begins in the packet */
	__u32 bytes;            /* of payload */
	__u32 seq;              /* of the first of these, or of what comes next */
	__u32 ack;
	bool syn;
};

/* Whether the packet's socket is connected to a watched port. */
static __always_inline bool origin_may_be(struct __sk_buff *skb)
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

/* Where the TCP header of an IPv6 packet begins; 0: it has none that is found. */
static __always_inline __u32 origin_tcp_v6(struct __sk_buff *skb)
{
	struct ipv6_opt_hdr next;
	__u32 at = sizeof(struct ipv6hdr);
	__u8 type;

	if (bpf_skb_load_bytes(skb, offsetof(struct ipv6hdr, nexthdr), &type, 1))
		return 0;
	pure_unroll
	for (int i = 0; i < ORIGIN_EXTENSIONS; i++) {
		if (type == IPPROTO_TCP)
			return at;
		if (type != IPPROTO_HOPOPTS && type != IPPROTO_DSTOPTS && type != IPPROTO_ROUTING)
			return 0;
		if (bpf_skb_load_bytes(skb, at, &next, sizeof(next)))
			return 0;
		type = next.nexthdr;
		at += 8 + next.hdrlen * 8;
	}
	return type == IPPROTO_TCP ? at : 0;
}

/* The same, of either family. */
static __always_inline __u32 origin_tcp(struct __sk_buff *skb)
{
	__u8 head[10];

	if (bpf_skb_load_bytes(skb, 0, head, sizeof(head)))
		return 0;
	if (head[0] >> 4 == 6)
		return origin_tcp_v6(skb);
	return head[9] == IPPROTO_TCP ? (head[0] & 15) * 4U : 0;
}

/* False: the packet is no TCP segment that is whole. */
static __always_inline bool origin_parse(struct __sk_buff *skb, struct origin_segment *segment)
{
	__u32 at = origin_tcp(skb), length = skb->len;
	struct tcphdr tcp;

	if (!at || bpf_skb_load_bytes(skb, at, &tcp, sizeof(tcp)))
		return false;
	segment->at = at + tcp.doff * 4;
	if (segment->at > length)
		return false;
	segment->bytes = length - segment->at;
	segment->seq = bpf_ntohl(tcp.seq) + tcp.syn;
	segment->ack = bpf_ntohl(tcp.ack_seq);
	segment->syn = tcp.syn;
	return true;
}

#endif
