/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * echo.h - finds ICMP and ICMPv6 echo requests among all packets that come in. Drivers
 * may leave any header outside of the linear part of an skb, so a packet that may be a
 * request is read by bpf_skb_load_bytes(); nearly all others pass after two loads.
 */
#ifndef BPF_ECHO_H
#define BPF_ECHO_H

#include <stddef.h>

#include "headers.h"

/* RFC 792 and RFC 4443, 4; <linux/icmp.h> needs a libc. */
#define ICMP_ECHO 8
#define ICMP_ECHOREPLY 0
#define ICMPV6_ECHO_REQUEST 128
#define ICMPV6_ECHO_REPLY 129

struct echo_header {
	__u8 type;
	__u8 code;
	__be16 check;
	__be16 id;
	__be16 sequence;
};

#define IP_MORE_FRAGMENTS 0x2000
#define IP_OPTIONS_MAX 40

/* RFC 791, 3.1 */
#define IPOPT_LOOSE_ROUTE 131
#define IPOPT_STRICT_ROUTE 137

enum echo_kind {
	ECHO_NONE,
	ECHO_REQUEST,
	ECHO_FRAGMENT,          /* a request's first fragment, or a fragment that may be */
	ECHO_OPTIONS,           /* a request with a source route, bad options, more headers */
	ECHO_TRUNCATED,         /* a request, or what may be one, that ends too early */
};

struct echo {
	__u32 source_be[4];     /* an IPv4 address is in the first, with zeros after it */
	__u32 target_be[4];
	__u32 ip;               /* offset of the IP header ... */
	__u32 icmp;             /* ... and of the ICMP header; 0: it cannot be seen */
	__u8 family;            /* 4 or 6 */
};

/* False for most packets that are no echo request, true for all that are. */
static __always_inline bool may_be_echo(const struct __sk_buff *skb)
{
	const __u8 *data = (void *)(long)skb->data;
	__be16 proto_be;

	if ((void *)(data + ETH_HLEN + sizeof(struct iphdr)) > (void *)(long)skb->data_end)
		return true;
	/* Not as a member of struct ethhdr, which is packed and would be read byte by byte. */
	proto_be = *(__be16 *)(data + offsetof(struct ethhdr, h_proto));
	if (proto_be == bpf_htons(ETH_P_IP))
		return data[ETH_HLEN + offsetof(struct iphdr, protocol)] == IPPROTO_ICMP;
	if (proto_be == bpf_htons(ETH_P_IPV6)) {
		__u8 next = data[ETH_HLEN + offsetof(struct ipv6hdr, nexthdr)];

		return next == IPPROTO_ICMPV6 || is_ipv6_ext(next);
	}
	return is_vlan(proto_be);
}

/*
 * True if the options can be sent back as they are: a source route would have to be
 * reversed, and malformed options deserve the stack's own answer. They are loaded by one
 * call, as one for each option would let the packet choose what it costs; and the loop
 * goes from byte to byte, as the verifier of Linux 5.10 lets no program read the stack at
 * a place that is not known beforehand.
 */
static __always_inline bool options_plain(struct __sk_buff *skb, __u32 at, __u32 size)
{
	__u8 option[IP_OPTIONS_MAX + 1] = {};
	__u32 next = 0;

	if (!size || size > IP_OPTIONS_MAX || bpf_skb_load_bytes(skb, at, option, size))
		return false;
#pragma unroll
	for (__u32 i = 0; i < IP_OPTIONS_MAX; i++) {
		if (i < next)
			continue;
		if (i >= size)
			break;
		if (option[i] == 0)
			return true;
		if (option[i] == 1) {
			next++;
			continue;
		}
		if (option[i] == IPOPT_LOOSE_ROUTE || option[i] == IPOPT_STRICT_ROUTE ||
		    option[i + 1] < 2)
			return false;
		next += option[i + 1];
	}
	return next == size;
}

static __always_inline enum echo_kind echo_parse_ipv4(struct __sk_buff *skb, struct echo *echo)
{
	struct iphdr ip;
	__u32 header, end;
	__u8 type;

	if (bpf_skb_load_bytes(skb, echo->ip, &ip, sizeof(ip)))
		return ECHO_NONE;
	header = ip.ihl * 4;
	if (ip.version != 4 || header < sizeof(ip) || ip.protocol != IPPROTO_ICMP ||
	    ip.frag_off & bpf_htons(IP_FRAGMENT_OFFSET))
		return ECHO_NONE;

	echo->family = 4;
	echo->source_be[0] = ip.saddr;
	echo->target_be[0] = ip.daddr;
	echo->icmp = echo->ip + header;
	end = echo->ip + bpf_ntohs(ip.tot_len);
	if (bpf_skb_load_bytes(skb, echo->icmp, &type, sizeof(type)))
		return ECHO_TRUNCATED;
	if (type != ICMP_ECHO)
		return ECHO_NONE;
	if (end < echo->icmp + sizeof(struct echo_header) || end > skb->len)
		return ECHO_TRUNCATED;
	if (ip.frag_off & bpf_htons(IP_MORE_FRAGMENTS))
		return ECHO_FRAGMENT;
	if (header > sizeof(ip) &&
	    !options_plain(skb, echo->ip + sizeof(ip), header - sizeof(ip)))
		return ECHO_OPTIONS;
	return ECHO_REQUEST;
}

/*
 * Steps over extension headers, so that no request goes unseen behind one. Sets
 * echo->icmp, and returns of which kind the request is if the ICMP header turns out to be
 * one. A packet with more extension headers than anybody needs, or whose ICMP header
 * begins in the next fragment, may be a request: then echo->icmp stays 0.
 */
static __always_inline enum echo_kind find_icmpv6(struct __sk_buff *skb, struct echo *echo,
						  __u8 next, __u32 end)
{
	enum echo_kind kind = ECHO_REQUEST;
	__u32 at = echo->ip + sizeof(struct ipv6hdr);

	for (int i = 0; i < HEADERS_IPV6_EXT && next != IPPROTO_ICMPV6; i++) {
		struct ipv6_ext ext;

		if (!is_ipv6_ext(next))
			return ECHO_NONE;
		if (at + sizeof(ext) > end || bpf_skb_load_bytes(skb, at, &ext, sizeof(ext)))
			return kind == ECHO_FRAGMENT ? ECHO_FRAGMENT : ECHO_NONE;
		if (next == IPPROTO_FRAGMENT) {
			if (ext.frag_off & bpf_htons(IP6_FRAGMENT_OFFSET))
				return ECHO_NONE;
			kind = ECHO_FRAGMENT;
		} else if (kind == ECHO_REQUEST) {
			kind = ECHO_OPTIONS;
		}
		at += ipv6_ext_size(next, &ext);
		next = ext.next;
	}
	if (next != IPPROTO_ICMPV6)
		return is_ipv6_ext(next) ? ECHO_OPTIONS : ECHO_NONE;
	if (kind != ECHO_FRAGMENT || at + sizeof(struct echo_header) <= end)
		echo->icmp = at;
	return kind;
}

static __always_inline enum echo_kind echo_parse_ipv6(struct __sk_buff *skb, struct echo *echo)
{
	struct ipv6hdr ip;
	enum echo_kind kind;
	__u32 end;
	__u8 type;

	if (bpf_skb_load_bytes(skb, echo->ip, &ip, sizeof(ip)) || ip.version != 6)
		return ECHO_NONE;
	end = echo->ip + sizeof(ip) + bpf_ntohs(ip.payload_len);
	kind = find_icmpv6(skb, echo, ip.nexthdr, end);
	if (kind == ECHO_NONE)
		return ECHO_NONE;

	echo->family = 6;
	__builtin_memcpy(echo->source_be, &ip.saddr, sizeof(echo->source_be));
	__builtin_memcpy(echo->target_be, &ip.daddr, sizeof(echo->target_be));
	if (!echo->icmp)
		return kind;
	if (bpf_skb_load_bytes(skb, echo->icmp, &type, sizeof(type)))
		return ECHO_TRUNCATED;
	if (type != ICMPV6_ECHO_REQUEST)
		return ECHO_NONE;
	if (end < echo->icmp + sizeof(struct echo_header) || end > skb->len)
		return ECHO_TRUNCATED;
	return kind;
}

/*
 * The EtherType behind all tags, and where it ends; 0 where it cannot be seen. Linux has
 * stripped the outermost tag, or the NIC has. Global, so that it is verified by itself and the
 * verifier does not go on once for each number of tags.
 */
__noinline __u64 echo_behind_tags(struct __sk_buff *skb)
{
	__u32 at = offsetof(struct ethhdr, h_proto);
	__be16 proto_be;

	if (bpf_skb_load_bytes(skb, at, &proto_be, sizeof(proto_be)))
		return 0;
	for (int i = 0; i < HEADERS_VLAN_DEPTH && is_vlan(proto_be); i++) {
		at += sizeof(struct vlan_header);
		if (bpf_skb_load_bytes(skb, at, &proto_be, sizeof(proto_be)))
			return 0;
	}
	return ethertype_at(proto_be, at + sizeof(proto_be));
}

/*
 * Not inlined, so that all its paths meet again at its end: else the verifier follows each of
 * them to the end of the program.
 */
static __noinline enum echo_kind echo_parse(struct __sk_buff *skb, struct echo *echo)
{
	__be16 proto_be;

	if (bpf_skb_load_bytes(skb, offsetof(struct ethhdr, h_proto), &proto_be, sizeof(proto_be)))
		return ECHO_NONE;
	echo->ip = ETH_HLEN;
	if (is_vlan(proto_be)) {
		__u64 behind = echo_behind_tags(skb);

		proto_be = behind >> 16;
		echo->ip = behind & HEADERS_IP_MASK;
	}
	if (proto_be == bpf_htons(ETH_P_IP))
		return echo_parse_ipv4(skb, echo);
	if (proto_be == bpf_htons(ETH_P_IPV6))
		return echo_parse_ipv6(skb, echo);
	return ECHO_NONE;
}

#endif
