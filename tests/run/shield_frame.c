// SPDX-License-Identifier: BSD-2-Clause
#include "shield_frame.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

static size_t put_tcp(uint8_t *at, const struct packet_words *words)
{
	struct tcphdr tcp = {
		.source = htons(words->sport), .dest = htons(words->dport), .doff = 5, .ack = 1,
		.seq = htonl(words->seq), .ack_seq = htonl(words->ack), .window = htons(1000),
	};

	memcpy(at, &tcp, sizeof(tcp));
	return sizeof(tcp);
}

static size_t put_v4(uint8_t *at, const struct packet_words *words)
{
	struct iphdr ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP,
			    .tot_len = htons(sizeof(ip) + sizeof(struct tcphdr)) };

	inet_pton(AF_INET, words->from, &ip.saddr);
	inet_pton(AF_INET, words->family->server, &ip.daddr);
	memcpy(at, &ip, sizeof(ip));
	return sizeof(ip);
}

/* extended: behind hop-by-hop options and destination options of 8 bytes each, all padding. */
static size_t put_v6(uint8_t *at, const struct packet_words *words, bool extended)
{
	const uint8_t options[16] = { IPPROTO_DSTOPTS, 0, 1, 4, 0, 0, 0, 0,
				      IPPROTO_TCP, 0, 1, 4, 0, 0, 0, 0 };
	size_t more = extended ? sizeof(options) : 0;
	struct ipv6hdr ip = { .version = 6, .hop_limit = 64,
			      .nexthdr = extended ? IPPROTO_HOPOPTS : IPPROTO_TCP,
			      .payload_len = htons(sizeof(struct tcphdr) + more) };

	inet_pton(AF_INET6, words->from, &ip.saddr);
	inet_pton(AF_INET6, words->family->server, &ip.daddr);
	memcpy(at, &ip, sizeof(ip));
	memcpy(at + sizeof(ip), options, more);
	return sizeof(ip) + more;
}

size_t shield_frame(const struct packet_words *words, enum dress dress,
		    uint8_t frame[SHIELD_FRAME_MAX])
{
	const uint8_t macs[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	const uint8_t tags[] = { 0x88, 0xa8, 0, 7, 0x81, 0, 0, 9 };
	bool is_v4 = words->family->domain == AF_INET;
	uint16_t type_be = htons(is_v4 ? ETH_P_IP : ETH_P_IPV6);
	size_t at = sizeof(macs);

	memcpy(frame, macs, sizeof(macs));
	if (dress == TAGGED) {
		memcpy(frame + at, tags, sizeof(tags));
		at += sizeof(tags);
	}
	memcpy(frame + at, &type_be, sizeof(type_be));
	at += sizeof(type_be);
	at += is_v4 ? put_v4(frame + at, words) : put_v6(frame + at, words, dress == EXTENDED);
	return at + put_tcp(frame + at, words);
}
