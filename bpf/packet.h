/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * packet.h - a frame becomes a struct packet. Nothing else in the guard checks packet
 * bounds or knows header formats.
 *
 * Whatever the upper layers look like, a packet whose fixed IP header is there is
 * understood as far as its source address, so that it can be counted.
 */
#ifndef BPF_PACKET_H
#define BPF_PACKET_H

#include <stdbool.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PACKET_VLAN_DEPTH 2
/* RFC 8200, 4.1 has each extension header once, destination options twice. */
#define PACKET_EXT_HEADERS 8

#define PACKET_PROTO_UNKNOWN 0xff

/* The room of an IP header whose length is 0: the frame alone ends the packet. */
#define PACKET_ROOM_FRAME (~0U)

#define IP_FRAGMENT_OFFSET 0x1fff
#define IP6_FRAGMENT_OFFSET 0xfff8

/* RFC 9000, 17.2 and RFC 9369, 3.2: an Initial's version and first byte. */
#define QUIC_V1 0x00000001
#define QUIC_V2 0x6b3343cf
#define QUIC_V1_INITIAL 0xc0
#define QUIC_V2_INITIAL 0xd0
#define QUIC_TYPE_MASK 0xf0

#ifndef IPPROTO_MH
#define IPPROTO_MH 135
#endif
/* RFC 4861: a packet with this hop limit has not been forwarded. */
#define ND_HOP_LIMIT 255
#define ND_ROUTER_SOLICITATION 133
#define ND_REDIRECT 137
#define IPPROTO_HIP 139
#define IPPROTO_SHIM6 140

enum packet_kind {
	PACKET_IP,              /* struct packet is filled in */
	PACKET_ARP,
	PACKET_OTHER_ETHERTYPE,
	PACKET_VLAN_DEEP,
	PACKET_TRUNCATED,
	PACKET_BAD_HEADER,
};

/* Why the ports of an IP packet that should have ports cannot be seen. */
enum packet_opaque {
	PACKET_CLEAR,
	PACKET_FRAGMENT,
	PACKET_UPPER_TRUNCATED,
	PACKET_EXT_TOO_MANY,
};

struct packet {
	__u32 addr_be[4];       /* source; an IPv4 address is in the first */
	__u32 bytes;            /* of the whole frame */
	__u32 promised;         /* bytes of the frame by its IP header; 0: it does not say */
	__u16 port;             /* destination, of TCP and UDP; valid if has_port */
	__u8 family;            /* 4 or 6 */
	__u8 proto;             /* upper layer, or PACKET_PROTO_UNKNOWN */
	__u8 has_port;
	__u8 connection;        /* 1: opens one: TCP SYN without ACK, QUIC Initial */
	__u8 opaque;            /* enum packet_opaque */
	__u8 neighbour;         /* 1: IPv6 neighbour discovery, from this link */
};

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

/* QUIC's invariant part of a long header (RFC 8999, 5.1). */
struct quic_long {
	__u8 first;
	__u8 version[4];
};

static __always_inline bool is_vlan(__be16 proto_be)
{
	return proto_be == bpf_htons(ETH_P_8021Q) ||
	       proto_be == bpf_htons(ETH_P_8021AD);
}

static __always_inline bool quic_initial(const struct quic_long *quic)
{
	__u32 version = (__u32)quic->version[0] << 24 | quic->version[1] << 16 |
			quic->version[2] << 8 | quic->version[3];
	__u8 type = quic->first & QUIC_TYPE_MASK;

	return (version == QUIC_V1 && type == QUIC_V1_INITIAL) ||
	       (version == QUIC_V2 && type == QUIC_V2_INITIAL);
}

/*
 * room: bytes that the IP header promises from pos on; what the frame has beyond them is
 * padding.
 */
static __always_inline void parse_upper(struct packet *packet, void *pos,
					__u32 room, void *end)
{
	if (packet->proto == IPPROTO_TCP) {
		struct tcphdr *tcp = pos;

		if (room < sizeof(*tcp) || (void *)(tcp + 1) > end) {
			packet->opaque = PACKET_UPPER_TRUNCATED;
			return;
		}
		packet->port = bpf_ntohs(tcp->dest);
		packet->has_port = 1;
		packet->connection = tcp->syn & !tcp->ack;
	} else if (packet->proto == IPPROTO_UDP) {
		struct udphdr *udp = pos;
		struct quic_long *quic = (void *)(udp + 1);

		if (room < sizeof(*udp) || (void *)(udp + 1) > end) {
			packet->opaque = PACKET_UPPER_TRUNCATED;
			return;
		}
		packet->port = bpf_ntohs(udp->dest);
		packet->has_port = 1;
		if (room >= sizeof(*udp) + sizeof(*quic) && (void *)(quic + 1) <= end)
			packet->connection = quic_initial(quic);
	}
}

/*
 * An ICMPv6 message that is empty by its length is none, whatever the frame holds behind it:
 * BIG TCP does not make any.
 */
static __always_inline bool is_neighbour(const struct ipv6hdr *ip, const __u8 *type, void *end)
{
	return ip->nexthdr == IPPROTO_ICMPV6 && ip->hop_limit == ND_HOP_LIMIT &&
	       ip->payload_len && (void *)(type + 1) <= end && *type >= ND_ROUTER_SOLICITATION &&
	       *type <= ND_REDIRECT;
}

/*
 * Length 0 is BIG TCP: segments that the kernel has merged, or not yet divided, to more than
 * 64 KiB. They are met in skb mode. A forger gains nothing by it: a packet from the wire with a
 * length of 0 is empty for Linux, which drops it, and a virtual machine that marks one as
 * segments to divide has its ports where they would be with any length.
 */
static __always_inline __u32 ipv4_room(const struct iphdr *ip, __u32 header)
{
	__u32 total = bpf_ntohs(ip->tot_len);

	if (!total)
		return PACKET_ROOM_FRAME;
	return total > header ? total - header : 0;
}

/*
 * As in IPv4, but behind hop-by-hop options Linux takes the packet for as long as the frame.
 * A jumbo payload option (RFC 2675) has the length then, and newer kernels go without. The
 * option is not read, as a valid one gives more than 64 KiB, farther than the headers reach.
 */
static __always_inline __u32 ipv6_room(const struct ipv6hdr *ip)
{
	return ip->payload_len ? bpf_ntohs(ip->payload_len) : PACKET_ROOM_FRAME;
}

/* before: bytes of the frame before the IP header. */
static __always_inline enum packet_kind parse_ipv4(struct packet *packet, __u32 before,
						   void *pos, void *end)
{
	struct iphdr *ip = pos;
	__u32 header;

	if ((void *)(ip + 1) > end)
		return PACKET_TRUNCATED;
	header = ip->ihl * 4;
	if (ip->version != 4 || header < sizeof(*ip))
		return PACKET_BAD_HEADER;

	packet->family = 4;
	packet->addr_be[0] = ip->saddr;
	packet->proto = ip->protocol;
	if (ip->tot_len)
		packet->promised = before + bpf_ntohs(ip->tot_len);
	if (ip->frag_off & bpf_htons(IP_FRAGMENT_OFFSET)) {
		packet->opaque = PACKET_FRAGMENT;
		return PACKET_IP;
	}
	parse_upper(packet, pos + header, ipv4_room(ip, header), end);
	return PACKET_IP;
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

/*
 * Walks the extension headers to the upper layer. Each step either ends the
 * walk or moves by the header's own length, which the room bounds.
 */
static __always_inline void parse_ipv6_upper(struct packet *packet, void *pos,
					     __u32 room, void *end)
{
#pragma unroll
	for (int i = 0; i < PACKET_EXT_HEADERS; i++) {
		struct ipv6_ext *ext = pos;
		__u32 length;

		if (!is_ipv6_ext(packet->proto))
			break;
		if (room < sizeof(*ext) || (void *)(ext + 1) > end) {
			packet->proto = PACKET_PROTO_UNKNOWN;
			packet->opaque = PACKET_UPPER_TRUNCATED;
			return;
		}
		length = (ext->len + 1) * 8;
		if (packet->proto == IPPROTO_AH)
			length = (ext->len + 2) * 4;
		if (packet->proto == IPPROTO_FRAGMENT) {
			length = sizeof(*ext);
			if (ext->frag_off & bpf_htons(IP6_FRAGMENT_OFFSET)) {
				/* ext->next holds for the first fragment alone. */
				packet->proto = PACKET_PROTO_UNKNOWN;
				packet->opaque = PACKET_FRAGMENT;
				return;
			}
		}
		packet->proto = ext->next;
		room = room > length ? room - length : 0;
		pos += length;
	}
	if (is_ipv6_ext(packet->proto)) {
		packet->proto = PACKET_PROTO_UNKNOWN;
		packet->opaque = PACKET_EXT_TOO_MANY;
		return;
	}
	parse_upper(packet, pos, room, end);
}

static __always_inline enum packet_kind parse_ipv6(struct packet *packet, __u32 before,
						   void *pos, void *end)
{
	struct ipv6hdr *ip = pos;

	if ((void *)(ip + 1) > end)
		return PACKET_TRUNCATED;
	if (ip->version != 6)
		return PACKET_BAD_HEADER;

	packet->family = 6;
	__builtin_memcpy(packet->addr_be, &ip->saddr, sizeof(packet->addr_be));
	packet->proto = ip->nexthdr;
	if (ip->payload_len)
		packet->promised = before + sizeof(*ip) + bpf_ntohs(ip->payload_len);
	packet->neighbour = is_neighbour(ip, (void *)(ip + 1), end);
	parse_ipv6_upper(packet, ip + 1, ipv6_room(ip), end);
	return PACKET_IP;
}

/* The caller has zeroed packet, and sets its bytes. */
static __always_inline enum packet_kind packet_parse(struct packet *packet,
						     void *pos, void *end)
{
	struct ethhdr *eth = pos;
	__u32 before = sizeof(*eth);
	__be16 proto_be;

	if ((void *)(eth + 1) > end)
		return PACKET_TRUNCATED;
	proto_be = eth->h_proto;
	pos = eth + 1;

#pragma unroll
	for (int i = 0; i < PACKET_VLAN_DEPTH; i++) {
		struct vlan_header *vlan = pos;

		if (!is_vlan(proto_be))
			break;
		if ((void *)(vlan + 1) > end)
			return PACKET_TRUNCATED;
		proto_be = vlan->proto;
		pos = vlan + 1;
		before += sizeof(*vlan);
	}

	if (proto_be == bpf_htons(ETH_P_IP))
		return parse_ipv4(packet, before, pos, end);
	if (proto_be == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(packet, before, pos, end);
	if (proto_be == bpf_htons(ETH_P_ARP))
		return PACKET_ARP;
	return is_vlan(proto_be) ? PACKET_VLAN_DEEP : PACKET_OTHER_ETHERTYPE;
}

#endif
