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
#include <stddef.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "forget.h"
#include "headers.h"

#define PACKET_PROTO_UNKNOWN 0xff

/* The room of an IP header whose length is 0: the frame alone ends the packet. */
#define PACKET_ROOM_FRAME (~0U)

/* Extension headers, each of at most 2 KiB, end at or before this offset; in BPF a mask. */
#define EXT_MASK 0x7fff

/* RFC 9000, 17.2 and RFC 9369, 3.2: an Initial's version and first byte. */
#define QUIC_V1 0x00000001
#define QUIC_V2 0x6b3343cf
#define QUIC_V1_INITIAL 0xc0
#define QUIC_V2_INITIAL 0xd0
#define QUIC_TYPE_MASK 0xf0

/* RFC 4861: a packet with this hop limit has not been forwarded. */
#define ND_HOP_LIMIT 255
#define ND_ROUTER_SOLICITATION 133
#define ND_REDIRECT 137

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
	__u16 ip_at;            /* offset of the IP header in the frame ... */
	__u16 upper_at;         /* ... and of TCP's or UDP's; valid if has_port */
	__u8 family;            /* 4 or 6 */
	__u8 proto;             /* upper layer, or PACKET_PROTO_UNKNOWN */
	__u8 has_port;
	__u8 connection;        /* 1: opens one: TCP SYN without ACK, QUIC Initial */
	__u8 opaque;            /* enum packet_opaque */
	__u8 neighbour;         /* 1: IPv6 neighbour discovery, from this link */
};

_Static_assert(HEADERS_IP_MASK + sizeof(struct ipv6hdr) + HEADERS_IPV6_EXT * 2048 <= EXT_MASK,
	       "the mask leaves every offset behind extension headers as it is");

/* QUIC's invariant part of a long header (RFC 8999, 5.1). */
struct quic_long {
	__u8 first;
	__u8 version[4];
};

/*
 * The two words of the context are pointers only where all 64 bits of their registers are moved,
 * which clang does not do where it has use for them as 32 bits too: so these are read apart.
 */
static __always_inline void *frame_start(const struct xdp_md *ctx)
{
	barrier_var(ctx);
	return (void *)(long)ctx->data;
}

static __always_inline void *frame_end(const struct xdp_md *ctx)
{
	barrier_var(ctx);
	return (void *)(long)ctx->data_end;
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
static __always_inline void parse_upper(struct packet *packet, void *pos, __u32 room, void *end)
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

/* at: offset of the IP header. */
static __always_inline enum packet_kind parse_ipv4(struct packet *packet, __u32 at, void *pos,
						   void *end)
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
	if (ip->tot_len)
		packet->promised = at + bpf_ntohs(ip->tot_len);
	packet->proto = ip->protocol;
	if (ip->frag_off & bpf_htons(IP_FRAGMENT_OFFSET))
		packet->opaque = PACKET_FRAGMENT;
	else
		parse_upper(packet, pos + header, ipv4_room(ip, header), end);
	packet->ip_at = at;
	packet->upper_at = at + header;
	return PACKET_IP;
}

/* The upper layer as one word, which a global function can return. */
static __always_inline __u64 upper_word(const struct packet *packet)
{
	return packet->port | (__u64)packet->proto << 16 | (__u64)packet->has_port << 24 |
	       (__u64)packet->connection << 25 | (__u64)packet->opaque << 26 |
	       (__u64)packet->upper_at << 32;
}

static __always_inline void upper_from(struct packet *packet, __u64 word)
{
	packet->port = word;
	packet->proto = word >> 16;
	packet->has_port = word >> 24 & 1;
	packet->connection = word >> 25 & 1;
	packet->opaque = word >> 26 & 3;
	packet->upper_at = word >> 32;
}

static __always_inline __u64 upper_hidden(enum packet_opaque opaque)
{
	const struct packet packet = { .proto = PACKET_PROTO_UNKNOWN, .opaque = opaque };

	return upper_word(&packet);
}

/*
 * The upper layer behind extension headers, of which proto is the first. Each step either ends
 * the walk or moves by the header's own length, which the room bounds. A global function is
 * verified once, by itself, and few packets call it.
 */
__noinline __u64 packet_behind_ext(struct xdp_md *ctx, __u32 ip_at, __u32 room, __u32 proto)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u64 at = (ip_at & HEADERS_IP_MASK) + sizeof(struct ipv6hdr), stop = at + room;
	struct packet packet = {};

	for (int i = 0; i < HEADERS_IPV6_EXT && is_ipv6_ext(proto); i++) {
		struct ipv6_ext *ext = data + at;

		if (at + sizeof(*ext) > stop || (void *)(ext + 1) > end)
			return upper_hidden(PACKET_UPPER_TRUNCATED);
		/* ext->next holds for the first fragment alone. */
		if (proto == IPPROTO_FRAGMENT && ext->frag_off & bpf_htons(IP6_FRAGMENT_OFFSET))
			return upper_hidden(PACKET_FRAGMENT);
		at += ipv6_ext_size(proto, ext);
		proto = ext->next;
		/* The mask leaves nothing of what is known of the headers before. */
		at = forget_value(at, room) & EXT_MASK;
	}
	if (is_ipv6_ext(proto))
		return upper_hidden(PACKET_EXT_TOO_MANY);
	packet.proto = proto;
	packet.upper_at = at;
	parse_upper(&packet, data + at, stop > at ? stop - at : 0, end);
	return upper_word(&packet);
}

static __always_inline enum packet_kind parse_ipv6(struct packet *packet, struct xdp_md *ctx,
						   __u32 at, void *pos, void *end)
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
		packet->promised = at + sizeof(*ip) + bpf_ntohs(ip->payload_len);
	packet->neighbour = is_neighbour(ip, (void *)(ip + 1), end);
	packet->ip_at = at;
	packet->upper_at = at + sizeof(*ip);
	if (is_ipv6_ext(ip->nexthdr))
		upper_from(packet, packet_behind_ext(ctx, at, ipv6_room(ip), ip->nexthdr));
	else
		parse_upper(packet, ip + 1, ipv6_room(ip), end);
	return PACKET_IP;
}

/*
 * The EtherType behind all tags, and where it ends; 0 where the frame ends before it. If there
 * are too many tags, the type is still that of a tag. Global, as packet_behind_ext().
 */
__noinline __u64 packet_behind_tags(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 at = offsetof(struct ethhdr, h_proto);
	__be16 *proto_be = data + at;

	if ((void *)(proto_be + 1) > end)
		return 0;
	for (int i = 0; i < HEADERS_VLAN_DEPTH && is_vlan(*proto_be); i++) {
		at += sizeof(struct vlan_header);
		proto_be = data + at;
		if ((void *)(proto_be + 1) > end)
			return 0;
	}
	return ethertype_at(*proto_be, at + sizeof(*proto_be));
}

/* The caller has zeroed packet, and sets its bytes. */
static __always_inline enum packet_kind packet_parse(struct packet *packet, struct xdp_md *ctx)
{
	void *data = frame_start(ctx), *end = frame_end(ctx);
	struct vlan_header *vlan = data + sizeof(struct ethhdr);
	__u64 at = sizeof(struct ethhdr);
	struct ethhdr *eth = data;
	__be16 proto_be;

	if ((void *)(eth + 1) > end)
		return PACKET_TRUNCATED;
	proto_be = eth->h_proto;
	if (is_vlan(proto_be)) {
		if ((void *)(vlan + 1) > end)
			return PACKET_TRUNCATED;
		proto_be = vlan->proto;
		at += sizeof(*vlan);
		if (is_vlan(proto_be)) {
			__u64 behind = packet_behind_tags(ctx);

			if (!behind)
				return PACKET_TRUNCATED;
			proto_be = behind >> 16;
			at = behind & HEADERS_IP_MASK;
			data = frame_start(ctx);
			end = frame_end(ctx);
		}
	}

	if (proto_be == bpf_htons(ETH_P_IP))
		return parse_ipv4(packet, at, data + at, end);
	if (proto_be == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(packet, ctx, at, data + at, end);
	if (proto_be == bpf_htons(ETH_P_ARP))
		return PACKET_ARP;
	return is_vlan(proto_be) ? PACKET_VLAN_DEEP : PACKET_OTHER_ETHERTYPE;
}

#endif
