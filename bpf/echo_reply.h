/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * echo_reply.h - turns an echo request into its reply, in place: types, addresses and
 * hop limit change, and the checksums over them by RFC 1624. The rest stays as it came:
 * VLAN tags, TOS, options, payload.
 *
 * Where the device has summed the packet, skb->csum holds the sum and goes with the skb
 * to the next device, so it must stay true. Swapping addresses does not change it, nor
 * does changing a field together with the checksum over it; only IPv6's hop limit has no
 * checksum over it. bpf_l4_csum_replace() knows that a checksum which the device is to
 * complete (CHECKSUM_PARTIAL) must not be touched.
 *
 * The packet is written by helpers and not directly: for a program that writes directly
 * the kernel copies each packet that others look at as well, echo request or not.
 */
#ifndef BPF_ECHO_REPLY_H
#define BPF_ECHO_REPLY_H

#include "echo.h"

/* IEEE 802.3, 3.2.3: in the first byte, the address is a group's; no frame comes from one. */
#define ETH_GROUP 0x01

struct echo_macs {
	__u8 dest[ETH_ALEN];
	__u8 source[ETH_ALEN];
};

/* The part of an IPv4 header that changes, from its byte 8 on. */
struct echo_ipv4 {
	__u8 ttl;
	__u8 protocol;
	__u16 check;
	__u32 source_be, target_be;
};

/* The part of an IPv6 header that changes, from its byte 6 on. */
struct echo_ipv6 {
	__u8 next;
	__u8 hop_limit;
	__u32 source_be[4], target_be[4];
} __attribute__((packed));

/* RFC 1624, 3, equation 3; all three in one byte order, whichever it is. */
static __always_inline __u16 checksum_replace(__u16 check, __u16 from, __u16 to)
{
	__u32 sum = (__u16)~check + (__u16)~from + to;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* A reply to a group's address would be a frame that the whole segment gets. */
static __always_inline long reply_macs(struct __sk_buff *skb)
{
	struct echo_macs came, goes;

	if (bpf_skb_load_bytes(skb, 0, &came, sizeof(came)) || came.source[0] & ETH_GROUP)
		return -1;
	__builtin_memcpy(goes.dest, came.source, ETH_ALEN);
	__builtin_memcpy(goes.source, came.dest, ETH_ALEN);
	return bpf_skb_store_bytes(skb, 0, &goes, sizeof(goes), 0);
}

static __always_inline long reply_ipv4(struct __sk_buff *skb, const struct echo *echo, __u8 ttl)
{
	__u32 at = echo->ip + offsetof(struct iphdr, ttl);
	struct echo_ipv4 part;

	if (bpf_skb_load_bytes(skb, at, &part, sizeof(part)))
		return -1;
	part.check = checksum_replace(part.check, bpf_htons(part.ttl << 8), bpf_htons(ttl << 8));
	part.ttl = ttl;
	part.source_be = echo->target_be[0];
	part.target_be = echo->source_be[0];
	return bpf_skb_store_bytes(skb, at, &part, sizeof(part), 0);
}

static __always_inline long reply_ipv6(struct __sk_buff *skb, const struct echo *echo,
				       __u8 hop_limit)
{
	struct echo_ipv6 part = { .next = IPPROTO_ICMPV6, .hop_limit = hop_limit };

	__builtin_memcpy(part.source_be, echo->target_be, sizeof(part.source_be));
	__builtin_memcpy(part.target_be, echo->source_be, sizeof(part.target_be));
	return bpf_skb_store_bytes(skb, echo->ip + offsetof(struct ipv6hdr, nexthdr), &part,
				   sizeof(part), BPF_F_RECOMPUTE_CSUM);
}

/*
 * An incremental update can yield 0x0000 where a full sum yields 0xffff, which is minus
 * zero. A message of zeros, as an IPv4 reply may be, does not verify with 0x0000 and always
 * does with 0xffff, so that is written. A checksum that was 0 and still is stays so: the
 * device fills it in.
 */
static __always_inline long reply_icmp(struct __sk_buff *skb, const struct echo *echo, __u8 from,
				       __u8 to)
{
	__u32 at = echo->icmp + offsetof(struct echo_header, check);
	const __u16 minus_zero = 0xffff;
	__u16 was, is;

	if (bpf_skb_load_bytes(skb, at, &was, sizeof(was)) ||
	    bpf_l4_csum_replace(skb, at, bpf_htons(from << 8), bpf_htons(to << 8), sizeof(was)) ||
	    bpf_skb_load_bytes(skb, at, &is, sizeof(is)) ||
	    (was && !is && bpf_skb_store_bytes(skb, at, &minus_zero, sizeof(is), 0)))
		return -1;
	return bpf_skb_store_bytes(skb, echo->icmp, &to, sizeof(to), 0);
}

/*
 * Nothing is written unless all of it can be. hop_limit is the TTL for IPv4. 0, or an error
 * where the frame cannot be written or came from a group's MAC.
 */
static __always_inline long echo_reply(struct __sk_buff *skb, const struct echo *echo,
				       __u8 hop_limit)
{
	if (bpf_skb_pull_data(skb, echo->icmp + sizeof(struct echo_header)))
		return -1;
	if (echo->family == 4)
		return reply_macs(skb) ?: reply_ipv4(skb, echo, hop_limit) ?:
		       reply_icmp(skb, echo, ICMP_ECHO, ICMP_ECHOREPLY);
	return reply_macs(skb) ?: reply_ipv6(skb, echo, hop_limit) ?:
	       reply_icmp(skb, echo, ICMPV6_ECHO_REQUEST, ICMPV6_ECHO_REPLY);
}

#endif
