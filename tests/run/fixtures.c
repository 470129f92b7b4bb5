// SPDX-License-Identifier: BSD-2-Clause
#include "fixtures.h"

#include <string.h>

#include <linux/if_ether.h>
#include <linux/in.h>

/* Not in every libc's headers. */
#define PROTO_HOPOPTS 0
#define PROTO_ROUTING 43
#define PROTO_FRAGMENT 44
#define PROTO_ICMPV6 58
#define PROTO_NONE 59
#define PROTO_DSTOPTS 60
#define PROTO_MOBILITY 135
#define PROTO_HIP 139
#define PROTO_SHIM6 140

#define FLAG_FIN 0x01
#define FLAG_SYN 0x02
#define FLAG_RST 0x04
#define FLAG_ACK 0x10

#define QUIC_VERSION_1 0x00000001
#define QUIC_VERSION_2 0x6b3343cf

static uint8_t *put_zeros(struct frame *frame, uint32_t bytes)
{
	uint8_t *at = frame->data + frame->length;

	frame->length += bytes;
	return at;
}

static void set16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void set32(uint8_t *at, uint32_t value)
{
	set16(at, value >> 16);
	set16(at + 2, value);
}

/* Lets the layer before say what comes now. */
static void announce(struct frame *frame, uint16_t type)
{
	if (frame->next_size == 2)
		set16(frame->data + frame->next, type);
	else if (frame->next_size == 1)
		frame->data[frame->next] = type;
	frame->next_size = 0;
}

static void expect_next(struct frame *frame, const uint8_t *field, uint8_t size)
{
	frame->next = field - frame->data;
	frame->next_size = size;
}

/* What follows is no longer within the lengths of the IP header. */
static void put_end(struct frame *frame, const struct layer *layer)
{
	uint8_t *ip = frame->data + frame->ip;

	(void)layer;
	if (frame->closed || !frame->ip)
		return;
	frame->closed = true;
	if (frame->version == 4)
		set16(ip + 2, frame->length - frame->ip);
	else
		set16(ip + 4, frame->length - frame->ip - 40);
}

static void put_eth(struct frame *frame, const struct layer *layer)
{
	uint8_t *eth = put_zeros(frame, ETH_HLEN);

	(void)layer;
	memcpy(eth, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02", 12);
	expect_next(frame, eth + 12, 2);
}

static void put_vlan(struct frame *frame, const struct layer *layer)
{
	uint8_t *vlan;

	announce(frame, layer->a);
	vlan = put_zeros(frame, 4);
	set16(vlan, 100);
	expect_next(frame, vlan + 2, 2);
}

/* a: EtherType, b: bytes. */
static void put_ethertype(struct frame *frame, const struct layer *layer)
{
	announce(frame, layer->a);
	put_zeros(frame, layer->b);
}

/* a: bytes of options; b: the field of flags and fragment offset. */
static void put_ipv4(struct frame *frame, const struct layer *layer)
{
	uint8_t *ip;

	announce(frame, ETH_P_IP);
	frame->ip = frame->length;
	frame->version = 4;
	ip = put_zeros(frame, 20 + layer->a);
	ip[0] = 0x45 + layer->a / 4;
	set16(ip + 6, layer->b);
	ip[8] = 64;
	memcpy(ip + 12, "\xc0\x00\x02\x21\xc6\x33\x64\x01", 8);
	memset(ip + 20, 1, layer->a);
	expect_next(frame, ip + 9, 1);
}

static void put_ipv6(struct frame *frame, const struct layer *layer)
{
	uint8_t *ip;

	(void)layer;
	announce(frame, ETH_P_IPV6);
	frame->ip = frame->length;
	frame->version = 6;
	ip = put_zeros(frame, 40);
	ip[0] = 0x60;
	ip[6] = PROTO_NONE;
	ip[7] = 64;
	memcpy(ip + 8, "\x20\x01\x0d\xb8\x00\x77\0\0\0\0\0\0\0\0\0\x01", 16);
	memcpy(ip + 24, "\x20\x01\x0d\xb8\xff\xff\0\0\0\0\0\0\0\0\0\x02", 16);
	expect_next(frame, ip + 6, 1);
}

/* a: protocol; b: bytes, a multiple of 8. */
static void put_ext(struct frame *frame, const struct layer *layer)
{
	uint8_t *ext;

	announce(frame, layer->a);
	ext = put_zeros(frame, layer->b);
	ext[0] = PROTO_NONE;
	ext[1] = layer->b / 8 - 1;
	expect_next(frame, ext, 1);
}

/* a: offset in units of 8 bytes; b: more fragments follow. */
static void put_fragment(struct frame *frame, const struct layer *layer)
{
	uint8_t *ext;

	announce(frame, PROTO_FRAGMENT);
	ext = put_zeros(frame, 8);
	/* Reserved, and not a length as in every other extension header. */
	ext[1] = 0x7f;
	set16(ext + 2, layer->a << 3 | layer->b);
	set32(ext + 4, 0x01020304);
	expect_next(frame, ext, 1);
}

/* a: bytes, a multiple of 4 and at least 12. */
static void put_ah(struct frame *frame, const struct layer *layer)
{
	uint8_t *ext;

	announce(frame, IPPROTO_AH);
	ext = put_zeros(frame, layer->a);
	ext[1] = layer->a / 4 - 2;
	expect_next(frame, ext, 1);
}

/* a: destination port; b: flags. */
static void put_tcp(struct frame *frame, const struct layer *layer)
{
	uint8_t *tcp;

	announce(frame, IPPROTO_TCP);
	tcp = put_zeros(frame, 20);
	set16(tcp, 40000);
	set16(tcp + 2, layer->a);
	tcp[12] = 5 << 4;
	tcp[13] = layer->b;
}

/* a: destination port. */
static void put_udp(struct frame *frame, const struct layer *layer)
{
	uint8_t *udp;

	announce(frame, IPPROTO_UDP);
	udp = put_zeros(frame, 8);
	set16(udp, 40000);
	set16(udp + 2, layer->a);
}

/* a: version, b: first byte; the fixed part of a long header alone. */
static void put_quic(struct frame *frame, const struct layer *layer)
{
	uint8_t *quic = put_zeros(frame, 5);

	quic[0] = layer->b;
	set32(quic + 1, layer->a);
}

/* a: protocol; b: bytes. */
static void put_upper(struct frame *frame, const struct layer *layer)
{
	announce(frame, layer->a);
	memset(put_zeros(frame, layer->b), 8, layer->b);
}

/* a: bytes. */
static void put_payload(struct frame *frame, const struct layer *layer)
{
	memset(put_zeros(frame, layer->a), 'x', layer->a);
}

/* a: offset from the IP header; b: the byte to be there. */
static void put_poke(struct frame *frame, const struct layer *layer)
{
	put_end(frame, layer);
	frame->data[frame->ip + layer->a] = layer->b;
}

#define ETH			{ put_eth, 0, 0 }
#define TAG_C			{ put_vlan, ETH_P_8021Q, 0 }
#define TAG_S			{ put_vlan, ETH_P_8021AD, 0 }
#define TAGS_2			TAG_S, TAG_C
#define TAGS_8			TAGS_2, TAGS_2, TAGS_2, TAGS_2
#define ETHERTYPE(type, bytes)	{ put_ethertype, type, bytes }
#define IPV4			{ put_ipv4, 0, 0 }
#define IPV4_OPTIONS(bytes)	{ put_ipv4, bytes, 0 }
#define IPV4_FLAGS(flags)	{ put_ipv4, 0, flags }
#define IPV6			{ put_ipv6, 0, 0 }
#define EXT(proto, bytes)	{ put_ext, proto, bytes }
#define FRAGMENT(offset, more)	{ put_fragment, offset, more }
#define AH(bytes)		{ put_ah, bytes, 0 }
#define TCP(port, flags)	{ put_tcp, port, flags }
#define UDP(port)		{ put_udp, port, 0 }
#define QUIC(version, first)	{ put_quic, version, first }
#define UPPER(proto, bytes)	{ put_upper, proto, bytes }
#define PAYLOAD(bytes)		{ put_payload, bytes, 0 }
#define END			{ put_end, 0, 0 }
#define POKE(offset, byte)	{ put_poke, offset, byte }
#define NO_LENGTH_V4		POKE(2, 0), POKE(3, 0)
#define NO_LENGTH_V6		POKE(4, 0), POKE(5, 0)
/* RFC 2675, 2: in the first extension header, of 8 bytes, a payload of 64 KiB. */
#define JUMBO_PAYLOAD		POKE(42, 0xc2), POKE(43, 4), POKE(45, 1)

#define EXT8			EXT(PROTO_DSTOPTS, 8)
#define DF			0x4000
#define MF			0x2000

#define V4			EXPECT_V4
#define V6			EXPECT_V6
#define CONN			EXPECT_CONNECTION
#define BY_TCP			EXPECT_TCP
#define BY_UDP			EXPECT_UDP
#define NEVER			EXPECT_NEVER
#define DEEP			EXPECT_DEEP
#define BY_BOTH			(EXPECT_TCP | EXPECT_UDP)

#define CUT(from, to)		.first = (from), .last = (to)
#define EXPECT(what)		.expect = what
#define EVENT(field)		.event = FIXTURE_EVENT(field)

const struct fixture fixtures[] = {
	/* TCP */
	{ "IPv4 TCP SYN to 443", { ETH, IPV4, TCP(443, FLAG_SYN) }, EXPECT(V4 | CONN | BY_TCP) },
	{ "IPv4 TCP SYN to 80", { ETH, IPV4, TCP(80, FLAG_SYN) }, EXPECT(V4 | CONN | BY_TCP) },
	{ "IPv4 TCP SYN to 22", { ETH, IPV4, TCP(22, FLAG_SYN) }, EXPECT(V4 | CONN) },
	{ "IPv4 TCP SYN to 47873, the bytes of 443 swapped",
	  { ETH, IPV4, TCP(47873, FLAG_SYN) }, EXPECT(V4 | CONN) },
	{ "IPv4 TCP SYN to 442", { ETH, IPV4, TCP(442, FLAG_SYN) }, EXPECT(V4 | CONN) },
	{ "IPv4 TCP SYN to 65535", { ETH, IPV4, TCP(65535, FLAG_SYN) }, EXPECT(V4 | CONN) },
	{ "IPv4 TCP SYN to 0", { ETH, IPV4, TCP(0, FLAG_SYN) }, EXPECT(V4 | CONN) },
	{ "IPv4 TCP SYN+ACK from an origin",
	  { ETH, IPV4, TCP(40000, FLAG_SYN | FLAG_ACK) }, EXPECT(V4) },
	{ "IPv4 TCP SYN+ACK to 443",
	  { ETH, IPV4, TCP(443, FLAG_SYN | FLAG_ACK) }, EXPECT(V4 | BY_TCP) },
	{ "IPv4 TCP ACK to 443, 100 bytes",
	  { ETH, IPV4, TCP(443, FLAG_ACK), PAYLOAD(100) }, EXPECT(V4 | BY_TCP) },
	{ "IPv4 TCP RST to 443", { ETH, IPV4, TCP(443, FLAG_RST) }, EXPECT(V4 | BY_TCP) },
	{ "IPv4 TCP FIN+ACK to 443",
	  { ETH, IPV4, TCP(443, FLAG_FIN | FLAG_ACK) }, EXPECT(V4 | BY_TCP) },
	{ "IPv4 TCP without flags to 443", { ETH, IPV4, TCP(443, 0) }, EXPECT(V4 | BY_TCP) },
	{ "IPv6 TCP SYN to 443", { ETH, IPV6, TCP(443, FLAG_SYN) }, EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6 TCP SYN to 22", { ETH, IPV6, TCP(22, FLAG_SYN) }, EXPECT(V6 | CONN) },
	{ "IPv6 TCP SYN+ACK to 443",
	  { ETH, IPV6, TCP(443, FLAG_SYN | FLAG_ACK) }, EXPECT(V6 | BY_TCP) },
	{ "IPv4 TCP, 1514 bytes",
	  { ETH, IPV4, TCP(443, FLAG_ACK), PAYLOAD(1460) }, EXPECT(V4 | BY_TCP) },
	{ "IPv6 TCP, 1514 bytes",
	  { ETH, IPV6, TCP(443, FLAG_ACK), PAYLOAD(1440) }, EXPECT(V6 | BY_TCP) },
	{ "IPv4 TCP, 9014 bytes",
	  { ETH, IPV4, TCP(443, FLAG_ACK), PAYLOAD(8960) }, EXPECT(V4 | BY_TCP), .jumbo = true },
	{ "IPv6 TCP, 9014 bytes",
	  { ETH, IPV6, TCP(443, FLAG_ACK), PAYLOAD(8940) }, EXPECT(V6 | BY_TCP), .jumbo = true },

	/* UDP and QUIC */
	{ "IPv4 UDP to 443, empty", { ETH, IPV4, UDP(443) }, EXPECT(V4 | BY_UDP) },
	{ "IPv4 UDP to 53", { ETH, IPV4, UDP(53), PAYLOAD(30) }, EXPECT(V4) },
	{ "IPv6 UDP to 443", { ETH, IPV6, UDP(443), PAYLOAD(30) }, EXPECT(V6 | BY_UDP) },
	{ "IPv4 QUIC v1 Initial",
	  { ETH, IPV4, UDP(443), QUIC(QUIC_VERSION_1, 0xc3), PAYLOAD(1195) },
	  EXPECT(V4 | CONN | BY_UDP) },
	{ "IPv4 QUIC v2 Initial",
	  { ETH, IPV4, UDP(443), QUIC(QUIC_VERSION_2, 0xd0), PAYLOAD(1195) },
	  EXPECT(V4 | CONN | BY_UDP) },
	{ "IPv6 QUIC v1 Initial",
	  { ETH, IPV6, UDP(443), QUIC(QUIC_VERSION_1, 0xc0), PAYLOAD(1195) },
	  EXPECT(V6 | CONN | BY_UDP) },
	{ "IPv6 QUIC v2 Initial to 8443",
	  { ETH, IPV6, UDP(8443), QUIC(QUIC_VERSION_2, 0xdf), PAYLOAD(1195) },
	  EXPECT(V6 | CONN) },
	{ "IPv4 QUIC v1 0-RTT",
	  { ETH, IPV4, UDP(443), QUIC(QUIC_VERSION_1, 0xd0), PAYLOAD(100) }, EXPECT(V4 | BY_UDP) },
	{ "IPv4 QUIC v1 Handshake",
	  { ETH, IPV4, UDP(443), QUIC(QUIC_VERSION_1, 0xe0), PAYLOAD(100) }, EXPECT(V4 | BY_UDP) },
	{ "IPv4 QUIC v1 Retry",
	  { ETH, IPV4, UDP(443), QUIC(QUIC_VERSION_1, 0xf0), PAYLOAD(100) }, EXPECT(V4 | BY_UDP) },
	{ "IPv4 QUIC v2 Retry, as v1 writes an Initial",
	  { ETH, IPV4, UDP(443), QUIC(QUIC_VERSION_2, 0xc0), PAYLOAD(100) }, EXPECT(V4 | BY_UDP) },
	{ "IPv4 QUIC v1 Initial without the fixed bit",
	  { ETH, IPV4, UDP(443), QUIC(QUIC_VERSION_1, 0x80), PAYLOAD(100) }, EXPECT(V4 | BY_UDP) },
	{ "IPv4 QUIC short header",
	  { ETH, IPV4, UDP(443), QUIC(QUIC_VERSION_1, 0x40), PAYLOAD(100) }, EXPECT(V4 | BY_UDP) },
	{ "IPv4 QUIC version negotiation",
	  { ETH, IPV4, UDP(443), QUIC(0, 0xc0), PAYLOAD(10) }, EXPECT(V4 | BY_UDP) },
	{ "IPv4 QUIC draft 29",
	  { ETH, IPV4, UDP(443), QUIC(0xff00001d, 0xc0), PAYLOAD(100) }, EXPECT(V4 | BY_UDP) },
	{ "IPv4 UDP shorter than its header",
	  { ETH, IPV4, UPPER(IPPROTO_UDP, 7) }, EXPECT(V4 | BY_UDP), EVENT(upper_truncated) },
	{ "IPv6 UDP shorter than its header",
	  { ETH, IPV6, UPPER(IPPROTO_UDP, 7) }, EXPECT(V6 | BY_UDP), EVENT(upper_truncated) },
	{ "IPv4 TCP shorter than its header",
	  { ETH, IPV4, UPPER(IPPROTO_TCP, 19) }, EXPECT(V4 | BY_TCP), EVENT(upper_truncated) },

	/* Other upper layers */
	{ "IPv4 ICMP echo", { ETH, IPV4, UPPER(IPPROTO_ICMP, 64) }, EXPECT(V4) },
	{ "IPv4 ICMP, empty", { ETH, IPV4, UPPER(IPPROTO_ICMP, 0) }, EXPECT(V4) },
	{ "IPv4 ESP", { ETH, IPV4, UPPER(IPPROTO_ESP, 64) }, EXPECT(V4) },
	{ "IPv4 GRE", { ETH, IPV4, UPPER(IPPROTO_GRE, 64) }, EXPECT(V4) },
	{ "IPv4 SCTP", { ETH, IPV4, UPPER(IPPROTO_SCTP, 64) }, EXPECT(V4) },
	{ "IPv4 protocol 255", { ETH, IPV4, UPPER(255, 64) }, EXPECT(V4) },
	{ "IPv4 ICMPv6", { ETH, IPV4, UPPER(PROTO_ICMPV6, 64) }, EXPECT(V4) },
	{ "IPv6 ICMPv6", { ETH, IPV6, UPPER(PROTO_ICMPV6, 24) }, EXPECT(V6) },
	{ "IPv6 router solicitation",
	  { ETH, IPV6, UPPER(PROTO_ICMPV6, 24), END, POKE(7, 255), POKE(40, 133) },
	  EXPECT(V6 | NEVER) },
	{ "IPv6 neighbour solicitation",
	  { ETH, IPV6, UPPER(PROTO_ICMPV6, 24), END, POKE(7, 255), POKE(40, 135) },
	  EXPECT(V6 | NEVER) },
	{ "IPv6 redirect",
	  { ETH, IPV6, UPPER(PROTO_ICMPV6, 24), END, POKE(7, 255), POKE(40, 137) },
	  EXPECT(V6 | NEVER) },
	{ "IPv6 neighbour solicitation that was forwarded",
	  { ETH, IPV6, UPPER(PROTO_ICMPV6, 24), END, POKE(7, 254), POKE(40, 135) },
	  EXPECT(V6) },
	{ "IPv6 echo request with hop limit 255",
	  { ETH, IPV6, UPPER(PROTO_ICMPV6, 24), END, POKE(7, 255), POKE(40, 128) },
	  EXPECT(V6) },
	{ "IPv6 ICMPv6 of a type above redirect",
	  { ETH, IPV6, UPPER(PROTO_ICMPV6, 24), END, POKE(7, 255), POKE(40, 138) },
	  EXPECT(V6) },
	{ "IPv6 neighbour solicitation without payload",
	  { ETH, IPV6, UPPER(PROTO_ICMPV6, 24), END, POKE(7, 255), POKE(40, 135), POKE(5, 0) },
	  EXPECT(V6) },
	{ "IPv6 no next header", { ETH, IPV6, UPPER(PROTO_NONE, 0) }, EXPECT(V6) },
	{ "IPv6 ESP", { ETH, IPV6, UPPER(IPPROTO_ESP, 64) }, EXPECT(V6) },
	{ "IPv6 SCTP", { ETH, IPV6, UPPER(IPPROTO_SCTP, 64) }, EXPECT(V6) },
	{ "IPv6 protocol 255", { ETH, IPV6, UPPER(255, 64) }, EXPECT(V6) },

	/* Tags */
	{ "802.1Q, IPv4 TCP SYN to 443",
	  { ETH, TAG_C, IPV4, TCP(443, FLAG_SYN) }, EXPECT(V4 | CONN | BY_TCP) },
	{ "802.1ad, IPv6 TCP SYN to 443",
	  { ETH, TAG_S, IPV6, TCP(443, FLAG_SYN) }, EXPECT(V6 | CONN | BY_TCP) },
	{ "802.1ad and 802.1Q, IPv4 UDP to 443",
	  { ETH, TAG_S, TAG_C, IPV4, UDP(443) }, EXPECT(V4 | BY_UDP) },
	{ "802.1Q twice, IPv6 TCP ACK to 80",
	  { ETH, TAG_C, TAG_C, IPV6, TCP(80, FLAG_ACK) }, EXPECT(V6 | BY_TCP) },
	{ "802.1Q, ARP", { ETH, TAG_C, ETHERTYPE(ETH_P_ARP, 28) }, EVENT(arp) },
	{ "802.1Q, LLDP", { ETH, TAG_C, ETHERTYPE(ETH_P_LLDP, 40) }, EVENT(other_ethertype) },
	{ "Three tags, IPv4 TCP SYN to 443",
	  { ETH, TAG_S, TAG_C, TAG_C, IPV4, TCP(443, FLAG_SYN) }, EXPECT(V4 | CONN | BY_TCP) },
	{ "Three tags, IPv6 UDP to 443",
	  { ETH, TAG_C, TAG_S, TAG_S, IPV6, UDP(443) }, EXPECT(V6 | BY_UDP) },
	{ "Three tags and nothing", { ETH, TAG_S, TAG_C, TAG_C }, EVENT(other_ethertype) },
	{ "Four tags, ARP",
	  { ETH, TAGS_2, TAGS_2, ETHERTYPE(ETH_P_ARP, 28) }, EVENT(arp) },
	{ "Four tags, IPv4 TCP SYN to 22",
	  { ETH, TAGS_2, TAGS_2, IPV4, TCP(22, FLAG_SYN) }, EXPECT(V4 | CONN) },
	{ "Five tags, IPv6 with a header, TCP SYN to 443",
	  { ETH, TAGS_2, TAGS_2, TAG_C, IPV6, EXT8, TCP(443, FLAG_SYN) },
	  EXPECT(V6 | CONN | BY_TCP) },
	{ "Six tags, IPv4 UDP to 443",
	  { ETH, TAGS_2, TAGS_2, TAGS_2, IPV4, UDP(443) }, EXPECT(V4 | BY_UDP) },
	{ "Seven tags, IPv6 TCP SYN to 443",
	  { ETH, TAG_S, TAGS_2, TAGS_2, TAGS_2, IPV6, TCP(443, FLAG_SYN) },
	  EXPECT(V6 | CONN | BY_TCP) },
	{ "Eight tags, IPv4 with 40 bytes of options, TCP SYN to 443",
	  { ETH, TAGS_8, IPV4_OPTIONS(40), TCP(443, FLAG_SYN) }, EXPECT(V4 | CONN | BY_TCP) },
	{ "Eight tags, IPv6 TCP SYN to 443",
	  { ETH, TAGS_8, IPV6, TCP(443, FLAG_SYN) }, EXPECT(V6 | CONN | BY_TCP) },
	{ "Eight tags, IPv6 with headers, QUIC Initial",
	  { ETH, TAGS_8, IPV6, EXT(PROTO_HOPOPTS, 264), AH(64), EXT8, UDP(443),
	    QUIC(QUIC_VERSION_1, 0xc0) }, EXPECT(V6 | CONN | BY_UDP) },
	{ "Eight tags, IPv6 neighbour solicitation",
	  { ETH, TAGS_8, IPV6, UPPER(PROTO_ICMPV6, 24), END, POKE(7, 255), POKE(40, 135) },
	  EXPECT(V6 | NEVER) },
	{ "Eight tags, ARP", { ETH, TAGS_8, ETHERTYPE(ETH_P_ARP, 28) }, EVENT(arp) },
	{ "Eight tags, LLDP", { ETH, TAGS_8, ETHERTYPE(ETH_P_LLDP, 40) }, EVENT(other_ethertype) },
	{ "Eight tags, IPv4 TCP, cut in the tags or the IPv4 header",
	  { ETH, TAGS_8, IPV4, TCP(443, FLAG_SYN) }, CUT(14, 65), EVENT(truncated) },
	{ "Eight tags, IPv4 TCP, cut in the TCP header",
	  { ETH, TAGS_8, IPV4, TCP(443, FLAG_SYN) }, CUT(66, 85), EXPECT(V4 | BY_TCP),
	  EVENT(upper_truncated) },
	{ "Nine tags, IPv4 TCP SYN to 443",
	  { ETH, TAGS_8, TAG_C, IPV4, TCP(443, FLAG_SYN) }, EXPECT(DEEP), EVENT(vlan_depth) },
	{ "Nine tags, IPv6 TCP SYN to 22",
	  { ETH, TAGS_8, TAG_S, IPV6, TCP(22, FLAG_SYN) }, EXPECT(DEEP), EVENT(vlan_depth) },
	{ "Nine tags, ARP", { ETH, TAGS_8, TAG_C, ETHERTYPE(ETH_P_ARP, 28) }, EXPECT(DEEP), EVENT(vlan_depth) },
	{ "Nine tags, cut in the first eight",
	  { ETH, TAGS_8, TAG_C, IPV4, UDP(443) }, CUT(14, 45), EVENT(truncated) },
	{ "Nine tags, cut behind the first eight",
	  { ETH, TAGS_8, TAG_C, IPV4, UDP(443) }, CUT(46, 78), EXPECT(DEEP), EVENT(vlan_depth) },
	{ "Ten tags and nothing", { ETH, TAGS_8, TAGS_2 }, EXPECT(DEEP), EVENT(vlan_depth) },
	{ "802.1ad and 802.1Q, IPv4 UDP, cut in the Ethernet part or IPv4 header",
	  { ETH, TAG_S, TAG_C, IPV4, UDP(443), QUIC(QUIC_VERSION_1, 0xc0) },
	  CUT(14, 41), EVENT(truncated) },
	{ "802.1ad and 802.1Q, IPv4 UDP, cut in the UDP header",
	  { ETH, TAG_S, TAG_C, IPV4, UDP(443), QUIC(QUIC_VERSION_1, 0xc0) },
	  CUT(42, 49), EXPECT(V4 | BY_UDP), EVENT(upper_truncated) },
	{ "802.1ad and 802.1Q, IPv4 UDP, cut in the QUIC header",
	  { ETH, TAG_S, TAG_C, IPV4, UDP(443), QUIC(QUIC_VERSION_1, 0xc0) },
	  CUT(50, 54), EXPECT(V4 | BY_UDP) },
	{ "802.1ad and 802.1Q, IPv4 UDP, cut after the QUIC version",
	  { ETH, TAG_S, TAG_C, IPV4, UDP(443), QUIC(QUIC_VERSION_1, 0xc0), PAYLOAD(100) },
	  CUT(55, 155), EXPECT(V4 | CONN | BY_UDP) },

	/* Not IP */
	{ "ARP", { ETH, ETHERTYPE(ETH_P_ARP, 28), END, PAYLOAD(18) }, EVENT(arp) },
	{ "ARP, 14 bytes", { ETH, ETHERTYPE(ETH_P_ARP, 0) }, EVENT(arp) },
	{ "LLDP", { ETH, ETHERTYPE(ETH_P_LLDP, 50) }, EVENT(other_ethertype) },
	{ "802.3 with a length", { ETH, ETHERTYPE(38, 46) }, EVENT(other_ethertype) },
	{ "EtherType 0x9100", { ETH, ETHERTYPE(0x9100, 46) }, EVENT(other_ethertype) },
	{ "EtherType 0x0008, IPv4's swapped", { ETH, ETHERTYPE(8, 46) }, EVENT(other_ethertype) },
	{ "EtherType 0xffff, 14 bytes", { ETH, ETHERTYPE(0xffff, 0) }, EVENT(other_ethertype) },
	{ "IPv4, 14 bytes", { ETH, ETHERTYPE(ETH_P_IP, 0) }, EVENT(truncated) },
	{ "IPv6, 14 bytes", { ETH, ETHERTYPE(ETH_P_IPV6, 0) }, EVENT(truncated) },
	{ "802.1Q, 14 bytes", { ETH, ETHERTYPE(ETH_P_8021Q, 0) }, EVENT(truncated) },

	/* IPv4 headers */
	{ "IPv4 with 4 bytes of options, TCP SYN to 443",
	  { ETH, IPV4_OPTIONS(4), TCP(443, FLAG_SYN) }, EXPECT(V4 | CONN | BY_TCP) },
	{ "IPv4 with 40 bytes of options, TCP SYN to 443",
	  { ETH, IPV4_OPTIONS(40), TCP(443, FLAG_SYN) }, EXPECT(V4 | CONN | BY_TCP) },
	{ "IPv4 with 40 bytes of options, UDP to 53",
	  { ETH, IPV4_OPTIONS(40), UDP(53) }, EXPECT(V4) },
	{ "IPv4 with 40 bytes of options, cut in them",
	  { ETH, IPV4_OPTIONS(40), TCP(22, FLAG_SYN) },
	  CUT(34, 93), EXPECT(V4 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv4 with 40 bytes of options, ICMP, cut in them",
	  { ETH, IPV4_OPTIONS(40), UPPER(IPPROTO_ICMP, 8) }, CUT(34, 82), EXPECT(V4) },
	{ "IPv4 whose options leave no room for TCP",
	  { ETH, IPV4, TCP(22, FLAG_SYN), PAYLOAD(40), POKE(0, 0x4f), POKE(3, 79) },
	  EXPECT(V4 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv4, header length 4", { ETH, IPV4, TCP(443, FLAG_SYN), POKE(0, 0x44) },
	  EVENT(bad_header) },
	{ "IPv4, header length 0", { ETH, IPV4, TCP(443, FLAG_SYN), POKE(0, 0x40) },
	  EVENT(bad_header) },
	{ "IPv4 that says it is IPv6", { ETH, IPV4, TCP(443, FLAG_SYN), POKE(0, 0x65) },
	  EVENT(bad_header) },
	{ "IPv4, version 0", { ETH, IPV4, TCP(443, FLAG_SYN), POKE(0, 0x05) },
	  EVENT(bad_header) },
	{ "IPv4, total length 0",
	  { ETH, IPV4, TCP(443, FLAG_SYN), NO_LENGTH_V4 }, EXPECT(V4 | CONN | BY_TCP) },
	{ "IPv4, total length 0, TCP SYN+ACK from an origin",
	  { ETH, IPV4, TCP(40000, FLAG_SYN | FLAG_ACK), PAYLOAD(1400), NO_LENGTH_V4 },
	  EXPECT(V4) },
	{ "IPv4, total length 0, options, QUIC Initial",
	  { ETH, IPV4_OPTIONS(40), UDP(443), QUIC(QUIC_VERSION_1, 0xc0), NO_LENGTH_V4 },
	  EXPECT(V4 | CONN | BY_UDP) },
	{ "IPv4, total length 0, TCP to 22, cut in the TCP header",
	  { ETH, IPV4, TCP(22, FLAG_SYN), NO_LENGTH_V4 },
	  CUT(34, 53), EXPECT(V4 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv4, total length 0, last fragment",
	  { ETH, IPV4_FLAGS(185), UDP(53), NO_LENGTH_V4 },
	  EXPECT(V4 | BY_UDP), EVENT(fragment) },
	{ "IPv4, total length 0, TCP, 9014 bytes",
	  { ETH, IPV4, TCP(22, FLAG_ACK), PAYLOAD(8960), NO_LENGTH_V4 },
	  EXPECT(V4), .jumbo = true },
	{ "IPv4, total length 19",
	  { ETH, IPV4, TCP(443, FLAG_SYN), POKE(3, 19) },
	  EXPECT(V4 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv4, total length 39, a byte less than TCP's header",
	  { ETH, IPV4, TCP(22, FLAG_SYN), POKE(3, 39) },
	  EXPECT(V4 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv4, total length beyond the frame",
	  { ETH, IPV4, TCP(443, FLAG_SYN), POKE(2, 5) }, EXPECT(V4 | CONN | BY_TCP) },
	{ "IPv4 TCP SYN to 22 with Ethernet padding",
	  { ETH, IPV4, TCP(22, FLAG_SYN), END, PAYLOAD(6) }, EXPECT(V4 | CONN) },
	{ "IPv4, ports of TCP in the Ethernet padding",
	  { ETH, IPV4, UPPER(IPPROTO_TCP, 0), END, TCP(22, FLAG_SYN) },
	  EXPECT(V4 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv4, ports of UDP in the Ethernet padding",
	  { ETH, IPV4, UPPER(IPPROTO_UDP, 0), END, UDP(53) },
	  EXPECT(V4 | BY_UDP), EVENT(upper_truncated) },
	{ "IPv4 UDP, QUIC Initial in the Ethernet padding",
	  { ETH, IPV4, UDP(443), END, QUIC(QUIC_VERSION_1, 0xc0) }, EXPECT(V4 | BY_UDP) },
	{ "IPv4 TCP, cut in the IPv4 header",
	  { ETH, IPV4, TCP(443, FLAG_SYN) }, CUT(14, 33), EVENT(truncated) },
	{ "IPv4 TCP to 22, cut in the TCP header",
	  { ETH, IPV4, TCP(22, FLAG_SYN) },
	  CUT(34, 53), EXPECT(V4 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv4 TCP, cut after the TCP header",
	  { ETH, IPV4, TCP(443, FLAG_SYN), PAYLOAD(50) }, CUT(54, 104),
	  EXPECT(V4 | CONN | BY_TCP) },
	{ "IPv4 ICMP, cut", { ETH, IPV4, UPPER(IPPROTO_ICMP, 64) }, CUT(34, 98), EXPECT(V4) },

	/* IPv4 fragments */
	{ "IPv4, may not be fragmented",
	  { ETH, IPV4_FLAGS(DF), TCP(443, FLAG_SYN) }, EXPECT(V4 | CONN | BY_TCP) },
	{ "IPv4 first fragment, TCP SYN to 443",
	  { ETH, IPV4_FLAGS(MF), TCP(443, FLAG_SYN), PAYLOAD(4) }, EXPECT(V4 | CONN | BY_TCP) },
	{ "IPv4 first fragment, UDP to 53",
	  { ETH, IPV4_FLAGS(MF), UDP(53), PAYLOAD(8) }, EXPECT(V4) },
	{ "IPv4 first fragment of 8 bytes, TCP",
	  { ETH, IPV4_FLAGS(MF), UPPER(IPPROTO_TCP, 8) },
	  EXPECT(V4 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv4 middle fragment, TCP",
	  { ETH, IPV4_FLAGS(MF | 5), TCP(22, FLAG_SYN) }, EXPECT(V4 | BY_TCP), EVENT(fragment) },
	{ "IPv4 last fragment, UDP",
	  { ETH, IPV4_FLAGS(185), UDP(53), PAYLOAD(8) }, EXPECT(V4 | BY_UDP), EVENT(fragment) },
	{ "IPv4 last fragment, offset 8191, UDP",
	  { ETH, IPV4_FLAGS(0x1fff), UDP(53) }, EXPECT(V4 | BY_UDP), EVENT(fragment) },
	{ "IPv4 last fragment of one byte, UDP",
	  { ETH, IPV4_FLAGS(1), UPPER(IPPROTO_UDP, 1) }, EXPECT(V4 | BY_UDP), EVENT(fragment) },
	{ "IPv4 last fragment, ICMP",
	  { ETH, IPV4_FLAGS(185), UPPER(IPPROTO_ICMP, 32) }, EXPECT(V4), EVENT(fragment) },
	{ "IPv4 evil bit, TCP SYN to 443",
	  { ETH, IPV4_FLAGS(0x8000), TCP(443, FLAG_SYN) }, EXPECT(V4 | CONN | BY_TCP) },

	/* IPv6 headers */
	{ "IPv6 that says it is IPv4", { ETH, IPV6, TCP(443, FLAG_SYN), POKE(0, 0x45) },
	  EVENT(bad_header) },
	{ "IPv6, version 0", { ETH, IPV6, TCP(443, FLAG_SYN), POKE(0, 0) }, EVENT(bad_header) },
	{ "IPv6 with traffic class and flow label",
	  { ETH, IPV6, TCP(443, FLAG_SYN), POKE(0, 0x6f), POKE(1, 0xff), POKE(2, 0xff) },
	  EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6, payload length 0",
	  { ETH, IPV6, TCP(22, FLAG_SYN), NO_LENGTH_V6 }, EXPECT(V6 | CONN) },
	{ "IPv6, payload length 0, TCP ACK to 443",
	  { ETH, IPV6, TCP(443, FLAG_ACK), PAYLOAD(1400), NO_LENGTH_V6 },
	  EXPECT(V6 | BY_TCP) },
	{ "IPv6, payload length 0, TCP to 22, cut in the TCP header",
	  { ETH, IPV6, TCP(22, FLAG_SYN), NO_LENGTH_V6 },
	  CUT(54, 73), EXPECT(V6 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv6, payload length 0, TCP, 9014 bytes",
	  { ETH, IPV6, TCP(443, FLAG_ACK), PAYLOAD(8940), NO_LENGTH_V6 },
	  EXPECT(V6 | BY_TCP), .jumbo = true },
	{ "IPv6, jumbo payload, TCP ACK to 443",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), TCP(443, FLAG_ACK), NO_LENGTH_V6, JUMBO_PAYLOAD },
	  EXPECT(V6 | BY_TCP) },
	{ "IPv6, jumbo payload, TCP from an origin",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), TCP(40000, FLAG_ACK), PAYLOAD(1400),
	    NO_LENGTH_V6, JUMBO_PAYLOAD }, EXPECT(V6) },
	{ "IPv6, jumbo payload, TCP to 22, cut in the TCP header",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), TCP(22, FLAG_ACK), NO_LENGTH_V6, JUMBO_PAYLOAD },
	  CUT(62, 81), EXPECT(V6 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv6, jumbo payload, cut in the options",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), TCP(22, FLAG_ACK), NO_LENGTH_V6, JUMBO_PAYLOAD },
	  CUT(54, 61), EXPECT(V6 | BY_BOTH), EVENT(upper_truncated) },
	{ "IPv6, jumbo payload and a length",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), UPPER(IPPROTO_TCP, 0), END, TCP(22, FLAG_SYN),
	    JUMBO_PAYLOAD }, EXPECT(V6 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv6, payload length 0, options that say no length",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), TCP(443, FLAG_SYN), NO_LENGTH_V6 },
	  EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6, payload length 0, nine extension headers",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8,
	    TCP(22, FLAG_SYN), NO_LENGTH_V6 },
	  EXPECT(V6 | BY_BOTH), EVENT(ext_headers) },
	{ "IPv6, payload length 0, last fragment",
	  { ETH, IPV6, FRAGMENT(181, 0), UDP(53), NO_LENGTH_V6 },
	  EXPECT(V6 | BY_BOTH), EVENT(fragment) },
	{ "IPv6, payload length beyond the frame",
	  { ETH, IPV6, TCP(443, FLAG_SYN), POKE(4, 5) }, EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6, ports of TCP in the Ethernet padding",
	  { ETH, IPV6, UPPER(IPPROTO_TCP, 1), END, TCP(22, FLAG_SYN) },
	  EXPECT(V6 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv6 UDP, QUIC Initial in the Ethernet padding",
	  { ETH, IPV6, UDP(443), END, QUIC(QUIC_VERSION_1, 0xc0) }, EXPECT(V6 | BY_UDP) },
	{ "IPv6 TCP, cut in the IPv6 header",
	  { ETH, IPV6, TCP(443, FLAG_SYN) }, CUT(14, 53), EVENT(truncated) },
	{ "IPv6 TCP to 22, cut in the TCP header",
	  { ETH, IPV6, TCP(22, FLAG_SYN) },
	  CUT(54, 73), EXPECT(V6 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv6 ICMPv6, cut", { ETH, IPV6, UPPER(PROTO_ICMPV6, 24) }, CUT(54, 78), EXPECT(V6) },

	/* IPv6 extension headers */
	{ "IPv6 hop-by-hop options, TCP SYN to 443",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), TCP(443, FLAG_SYN) },
	  EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6 routing header, TCP SYN to 443",
	  { ETH, IPV6, EXT(PROTO_ROUTING, 24), TCP(443, FLAG_SYN) },
	  EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6 destination options, UDP to 443",
	  { ETH, IPV6, EXT(PROTO_DSTOPTS, 16), UDP(443) }, EXPECT(V6 | BY_UDP) },
	{ "IPv6 mobility header, TCP SYN to 443",
	  { ETH, IPV6, EXT(PROTO_MOBILITY, 8), TCP(443, FLAG_SYN) },
	  EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6 HIP, TCP SYN to 443",
	  { ETH, IPV6, EXT(PROTO_HIP, 40), TCP(443, FLAG_SYN) }, EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6 Shim6, TCP SYN to 22",
	  { ETH, IPV6, EXT(PROTO_SHIM6, 8), TCP(22, FLAG_SYN) }, EXPECT(V6 | CONN) },
	{ "IPv6 authentication header of 24 bytes, TCP SYN to 443",
	  { ETH, IPV6, AH(24), TCP(443, FLAG_SYN) }, EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6 authentication header of 28 bytes, UDP to 53",
	  { ETH, IPV6, AH(28), UDP(53) }, EXPECT(V6) },
	{ "IPv6 destination options of 1024 bytes, TCP SYN to 443",
	  { ETH, IPV6, EXT(PROTO_DSTOPTS, 1024), TCP(443, FLAG_SYN) },
	  EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6 options, ICMPv6",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), UPPER(PROTO_ICMPV6, 8) }, EXPECT(V6) },
	{ "IPv6 options, ESP",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), UPPER(IPPROTO_ESP, 40) }, EXPECT(V6) },
	{ "IPv6 options, no next header",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8) }, EXPECT(V6) },
	{ "IPv6 eight extension headers, TCP SYN to 443",
	  { ETH, IPV6, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, TCP(443, FLAG_SYN) },
	  EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6 eight extension headers, UDP to 53",
	  { ETH, IPV6, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, UDP(53) }, EXPECT(V6) },
	{ "IPv6 nine extension headers, TCP SYN to 22",
	  { ETH, IPV6, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, EXT8, TCP(22, FLAG_SYN) },
	  EXPECT(V6 | BY_BOTH), EVENT(ext_headers) },
	{ "IPv6 extension header longer than the payload, TCP",
	  { ETH, IPV6, EXT8, TCP(22, FLAG_SYN), POKE(41, 9) },
	  EXPECT(V6 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv6 extension header longer than the payload, another behind it",
	  { ETH, IPV6, EXT8, EXT8, TCP(22, FLAG_SYN), POKE(41, 9) },
	  EXPECT(V6 | BY_BOTH), EVENT(upper_truncated) },
	{ "IPv6 extension header in the Ethernet padding",
	  { ETH, IPV6, EXT8, END, EXT8, TCP(22, FLAG_SYN) },
	  EXPECT(V6 | BY_BOTH), EVENT(upper_truncated) },
	{ "IPv6 options of 16 and 8 bytes, cut before their end",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 16), EXT8, TCP(22, FLAG_SYN) },
	  CUT(54, 77), EXPECT(V6 | BY_BOTH), EVENT(upper_truncated) },
	{ "IPv6 options of 16 and 8 bytes, cut in the TCP header",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 16), EXT8, TCP(22, FLAG_SYN) },
	  CUT(78, 97), EXPECT(V6 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv6 options of 16 and 8 bytes, cut after the TCP header",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 16), EXT8, TCP(22, FLAG_SYN), PAYLOAD(9) },
	  CUT(98, 107), EXPECT(V6 | CONN) },

	/* IPv6 fragments */
	{ "IPv6 atomic fragment, TCP SYN to 443",
	  { ETH, IPV6, FRAGMENT(0, 0), TCP(443, FLAG_SYN) }, EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6 first fragment, UDP to 53",
	  { ETH, IPV6, FRAGMENT(0, 1), UDP(53), PAYLOAD(8) }, EXPECT(V6) },
	{ "IPv6 first fragment behind options, QUIC Initial",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), FRAGMENT(0, 1), UDP(443),
	    QUIC(QUIC_VERSION_1, 0xc0), PAYLOAD(1195) }, EXPECT(V6 | CONN | BY_UDP) },
	{ "IPv6 first fragment before options, TCP SYN to 443",
	  { ETH, IPV6, FRAGMENT(0, 1), EXT8, TCP(443, FLAG_SYN) }, EXPECT(V6 | CONN | BY_TCP) },
	{ "IPv6 first fragment of 8 bytes, TCP",
	  { ETH, IPV6, FRAGMENT(0, 1), UPPER(IPPROTO_TCP, 8) },
	  EXPECT(V6 | BY_TCP), EVENT(upper_truncated) },
	{ "IPv6 first fragment that is cut",
	  { ETH, IPV6, FRAGMENT(0, 1), TCP(22, FLAG_SYN) },
	  CUT(54, 61), EXPECT(V6 | BY_BOTH), EVENT(upper_truncated) },
	{ "IPv6 middle fragment, TCP",
	  { ETH, IPV6, FRAGMENT(5, 1), TCP(22, FLAG_SYN) },
	  EXPECT(V6 | BY_BOTH), EVENT(fragment) },
	{ "IPv6 last fragment, UDP",
	  { ETH, IPV6, FRAGMENT(181, 0), UDP(53) }, EXPECT(V6 | BY_BOTH), EVENT(fragment) },
	{ "IPv6 last fragment, offset 8191, behind options",
	  { ETH, IPV6, EXT(PROTO_HOPOPTS, 8), FRAGMENT(8191, 0), UDP(53) },
	  EXPECT(V6 | BY_BOTH), EVENT(fragment) },
	{ "IPv6 last fragment, ICMPv6",
	  { ETH, IPV6, FRAGMENT(181, 0), UPPER(PROTO_ICMPV6, 8) },
	  EXPECT(V6 | BY_BOTH), EVENT(fragment) },
	{ "IPv6 last fragment, cut behind its header",
	  { ETH, IPV6, FRAGMENT(181, 0), UDP(53) },
	  CUT(62, 70), EXPECT(V6 | BY_BOTH), EVENT(fragment) },
	{ "IPv6 middle fragment of a packet that hides its protocol behind options",
	  { ETH, IPV6, FRAGMENT(5, 1), EXT8, TCP(22, FLAG_SYN) },
	  EXPECT(V6 | BY_BOTH), EVENT(fragment) },
	{ "IPv6 fragment header, its reserved bits set",
	  { ETH, IPV6, FRAGMENT(0, 6), TCP(443, FLAG_SYN) }, EXPECT(V6 | CONN | BY_TCP) },
};

const size_t fixtures_count = sizeof(fixtures) / sizeof(fixtures[0]);

const struct fixture *fixture_named(const char *name)
{
	for (size_t i = 0; i < fixtures_count; i++)
		if (!strcmp(fixtures[i].name, name))
			return &fixtures[i];
	return NULL;
}

void fixture_build(const struct fixture *fixture, struct frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	for (int i = 0; i < FIXTURE_LAYERS && fixture->layer[i].put; i++)
		fixture->layer[i].put(frame, &fixture->layer[i]);
	put_end(frame, NULL);
}
