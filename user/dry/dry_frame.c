// SPDX-License-Identifier: BSD-2-Clause
#include "dry/dry_frame.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <string.h>

#define CLIENT_PORT 50000
#define PAYLOAD 20

/* RFC 9000, 17.2: a long header of version 1, an Initial; 17.3: a short header. */
static const uint8_t quic_initial[] = { 0xc3, 0, 0, 0, 1 };
static const uint8_t quic_short = 0x43;

static void put(struct dry_frame *frame, const void *bytes, uint32_t size)
{
	memcpy(frame->byte + frame->length, bytes, size);
	frame->length += size;
}

static void put_ethernet(struct dry_frame *frame, int family)
{
	const struct ethhdr ethernet = {
		.h_dest = { 2, 0, 0, 0, 0, 1 }, .h_source = { 2, 0, 0, 0, 0, 2 },
		.h_proto = htons(family == AF_INET ? ETH_P_IP : ETH_P_IPV6),
	};

	put(frame, &ethernet, sizeof(ethernet));
}

static void put_ip(struct dry_frame *frame, const struct address *source,
		   const struct address *target, uint8_t protocol, uint32_t upper)
{
	uint8_t from[16], to[16];
	struct iphdr v4 = { .version = 4, .ihl = 5, .ttl = 64, .protocol = protocol,
			    .tot_len = htons(sizeof(v4) + upper) };
	struct ipv6hdr v6 = { .version = 6, .hop_limit = 64, .nexthdr = protocol,
			      .payload_len = htons(upper) };

	address_to_bytes(source, from);
	address_to_bytes(target, to);
	if (source->family == AF_INET) {
		memcpy(&v4.saddr, from, sizeof(v4.saddr));
		memcpy(&v4.daddr, to, sizeof(v4.daddr));
		put(frame, &v4, sizeof(v4));
		return;
	}
	memcpy(&v6.saddr, from, sizeof(v6.saddr));
	memcpy(&v6.daddr, to, sizeof(v6.daddr));
	put(frame, &v6, sizeof(v6));
}

static void put_tcp(struct dry_frame *frame, uint16_t port, bool opens)
{
	const struct tcphdr tcp = {
		.source = htons(CLIENT_PORT), .dest = htons(port), .doff = 5, .syn = opens,
		.ack = !opens, .seq = htonl(1), .ack_seq = htonl(opens ? 0 : 1),
		.window = htons(1000),
	};

	put(frame, &tcp, sizeof(tcp));
}

static void put_udp(struct dry_frame *frame, uint16_t port, bool opens)
{
	const struct udphdr udp = {
		.source = htons(CLIENT_PORT), .dest = htons(port),
		.len = htons(sizeof(udp) + PAYLOAD),
	};
	uint8_t payload[PAYLOAD] = {};

	if (opens)
		memcpy(payload, quic_initial, sizeof(quic_initial));
	else
		payload[0] = quic_short;
	put(frame, &udp, sizeof(udp));
	put(frame, payload, sizeof(payload));
}

void dry_frame_build(struct dry_frame *frame, const struct address *source,
		     const struct address *target, uint16_t port, uint8_t protocol, bool opens)
{
	const uint8_t data[PAYLOAD] = {};
	bool udp = protocol == IPPROTO_UDP;
	uint32_t payload = udp || !opens ? PAYLOAD : 0;

	frame->length = 0;
	put_ethernet(frame, source->family);
	put_ip(frame, source, target, protocol,
	       (udp ? sizeof(struct udphdr) : sizeof(struct tcphdr)) + payload);
	if (udp) {
		put_udp(frame, port, opens);
		return;
	}
	put_tcp(frame, port, opens);
	put(frame, data, payload);
}
