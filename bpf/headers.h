/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * headers.h - what the headers before the upper layer look like, and how many of them are
 * followed: guard and ping must agree on it, or one is passed by what the other stops.
 */
#ifndef BPF_HEADERS_H
#define BPF_HEADERS_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/*
 * Linux parses as many nested tags itself (VLAN_MAX_DEPTH), but strips any number of those whose
 * VLAN id is 0 (__netif_receive_skb_core()): what has more tags may reach a socket all the same.
 */
#define HEADERS_VLAN_DEPTH 8
/* RFC 8200, 4.1 has each extension header once, destination options twice. */
#define HEADERS_IPV6_EXT 8

/* The IP header begins at or before this offset: in BPF a mask, which verifiers understand. */
#define HEADERS_IP_MASK 63

#define IP_FRAGMENT_OFFSET 0x1fff
#define IP6_FRAGMENT_OFFSET 0xfff8

#ifndef IPPROTO_MH
#define IPPROTO_MH 135
#endif
#define IPPROTO_HIP 139
#define IPPROTO_SHIM6 140

struct vlan_header {
	__be16 tci;
	__be16 proto;
};

struct ipv6_ext {
	__u8 next;
	__u8 len;
	__be16 frag_off;        /* of a fragment header */
	__u32 rest;
};

_Static_assert(ETH_HLEN + HEADERS_VLAN_DEPTH * sizeof(struct vlan_header) <= HEADERS_IP_MASK,
	       "the mask leaves every offset of an IP header as it is");

/*
 * The tags that Linux strips (eth_type_vlan()). Others that are in use, as 0x9100, are an
 * unknown EtherType to it, so that what is behind them reaches nobody.
 */
static __always_inline bool is_vlan(__be16 proto_be)
{
	return proto_be == bpf_htons(ETH_P_8021Q) ||
	       proto_be == bpf_htons(ETH_P_8021AD);
}

static __always_inline bool is_ipv6_ext(__u8 proto)
{
	switch (proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_FRAGMENT:
	case IPPROTO_AH:
	case IPPROTO_MH:
	case IPPROTO_HIP:
	case IPPROTO_SHIM6:
		return true;
	default:
		return false;
	}
}

/* Bytes of an extension header. */
static __always_inline __u32 ipv6_ext_size(__u8 proto, const struct ipv6_ext *ext)
{
	if (proto == IPPROTO_FRAGMENT)
		return sizeof(*ext);
	return proto == IPPROTO_AH ? (ext->len + 2) * 4 : (ext->len + 1) * 8;
}

/* What the global functions of a parser return: an EtherType and the offset behind it. */
static __always_inline __u32 ethertype_at(__be16 proto_be, __u32 offset)
{
	return (__u32)proto_be << 16 | offset;
}

#endif
