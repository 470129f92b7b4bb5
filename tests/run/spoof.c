// SPDX-License-Identifier: BSD-2-Clause
#include "spoof.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "checksum.h"
#include "base/log.h"

#define VLANS_MAX 10

/* Network byte order, 4 or 16 bytes; returns how many. */
static size_t address_bytes(addr_bits bits, int family, uint8_t to[16])
{
	for (int i = 0; i < 16; i++)
		to[i] = bits >> (120 - 8 * i);
	return family == AF_INET ? 4 : 16;
}

/* Marsaglia's xorshift64. */
static uint64_t next_random(struct spoof *spoof)
{
	spoof->random ^= spoof->random << 13;
	spoof->random ^= spoof->random >> 7;
	return spoof->random ^= spoof->random << 17;
}

/* The prefixes take turns; each turn takes the next address, or any. */
static addr_bits next_source(struct spoof *spoof)
{
	const struct cidr *cidr = &spoof->source[spoof->made % spoof->sources];
	addr_bits hosts = cidr_last(cidr) - cidr->addr.bits, host;

	if (spoof->sequential)
		host = (addr_bits)(spoof->made / spoof->sources) * spoof->step
		       << (cidr->addr.family == AF_INET ? 96 : 0);
	else
		host = (addr_bits)next_random(spoof) << 64 | next_random(spoof);
	spoof->made++;
	return cidr->addr.bits | (host & hosts);
}

static void put_mac(struct spoof *spoof, const uint8_t mac[ETH_ALEN])
{
	memcpy(spoof->frame, mac, ETH_ALEN);
	memcpy(spoof->frame + ETH_ALEN, "\x02\x00\x00\x00\xff\x01", ETH_ALEN);
	spoof->length = offsetof(struct ethhdr, h_proto);
}

static void put_16(struct spoof *spoof, uint16_t value)
{
	spoof->frame[spoof->length++] = value >> 8;
	spoof->frame[spoof->length++] = value;
}

static void put_tags(struct spoof *spoof)
{
	const struct option_list *vlan = &spoof->vlan;

	/* The outer tag of several is a service tag. */
	for (unsigned int i = 0; i < vlan->count && i < VLANS_MAX; i++) {
		put_16(spoof, i + 1 < vlan->count ? ETH_P_8021AD : ETH_P_8021Q);
		put_16(spoof, atoi(vlan->value[i]));
	}
	put_16(spoof, spoof->to.family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
}

static void put_ip(struct spoof *spoof, uint8_t proto, size_t payload)
{
	uint8_t to[16];
	size_t size = address_bytes(spoof->to.bits, spoof->to.family, to);

	spoof->ip = spoof->length;
	if (spoof->to.family == AF_INET) {
		struct iphdr *ip = (void *)(spoof->frame + spoof->ip);

		*ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = proto,
				      .tot_len = htons(sizeof(*ip) + payload) };
		memcpy(spoof->frame + spoof->ip + offsetof(struct iphdr, daddr), to, size);
		spoof->ip_sum = sum_words(ip, sizeof(*ip));
		spoof->ip_check = &ip->check;
		spoof->length += sizeof(*ip);
	} else {
		struct ipv6hdr *ip = (void *)(spoof->frame + spoof->ip);

		*ip = (struct ipv6hdr){ .version = 6, .hop_limit = 64, .nexthdr = proto,
					.payload_len = htons(payload) };
		memcpy(spoof->frame + spoof->ip + offsetof(struct ipv6hdr, daddr), to, size);
		spoof->length += sizeof(*ip);
	}
	spoof->upper = spoof->length;
	spoof->upper_sum = sum_words(to, size) + proto + payload;
}

static void put_tcp(struct spoof *spoof, bool syn, bool fin)
{
	struct tcphdr *tcp = (void *)(spoof->frame + spoof->upper);

	tcp->source = htons(spoof->sport);
	tcp->dest = htons(spoof->port);
	tcp->doff = sizeof(*tcp) / 4;
	tcp->window = htons(64240);
	tcp->syn = syn;
	tcp->fin = fin;
	tcp->ack = !syn;
	spoof->upper_check = &tcp->check;
}

static void put_udp(struct spoof *spoof, bool quic, size_t payload)
{
	struct udphdr *udp = (void *)(spoof->frame + spoof->upper);

	udp->source = htons(spoof->sport);
	udp->dest = htons(spoof->port);
	udp->len = htons(payload);
	/* An Initial of version 1 with an 8-byte connection ID (RFC 9000, 17.2.2). */
	if (quic)
		memcpy(udp + 1, "\xc0\x00\x00\x00\x01\x08", 6);
	spoof->upper_check = &udp->check;
}

int spoof_build(struct spoof *spoof, const uint8_t mac[6])
{
	const char *type = spoof->type;
	bool fin = !strcmp(type, "synfin"), syn = fin || !strcmp(type, "syn");
	bool tcp = syn || !strcmp(type, "ack"), quic = !strcmp(type, "quic");
	size_t headers, upper = tcp ? sizeof(struct tcphdr) : sizeof(struct udphdr);
	size_t size = spoof->size;

	if (!tcp && !quic && strcmp(type, "udp"))
		return log_error(-EINVAL, "--type %s: udp, syn, synfin, ack and quic are known",
				 type);
	if (spoof->ports)
		spoof->sport = 0;
	put_mac(spoof, mac);
	put_tags(spoof);
	headers = spoof->length + upper + (spoof->to.family == AF_INET ?
		  sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	if (!size)
		size = headers + (quic ? 1200 : tcp ? 0 : 18);
	if (size < headers + (quic ? 6 : 0) || size > SPOOF_MAX)
		return log_error(-EINVAL, "--size %zu: from %zu to %d", size, headers, SPOOF_MAX);
	upper += size - headers;
	put_ip(spoof, tcp ? IPPROTO_TCP : IPPROTO_UDP, upper);
	if (tcp)
		put_tcp(spoof, syn, fin);
	else
		put_udp(spoof, quic, upper);
	spoof->length = size;
	spoof->upper_sum += sum_words(spoof->frame + spoof->upper, upper);
	return 0;
}

/* Returns what the port adds to the checksum's sum. */
static uint32_t any_port(struct spoof *spoof, uint8_t *frame)
{
	uint16_t port_be = htons(1024 + next_random(spoof) % (65536 - 1024));

	memcpy(frame + spoof->upper, &port_be, sizeof(port_be));
	return sum_words(&port_be, sizeof(port_be));
}

void spoof_address(struct spoof *spoof, uint8_t *frame)
{
	bool v4 = spoof->to.family == AF_INET;
	uint8_t source[16];
	uint16_t check_be;
	uint32_t sum;
	size_t size;

	if (!spoof->ip)
		return;
	size = address_bytes(next_source(spoof), spoof->to.family, source);
	memcpy(frame + spoof->ip + (v4 ? offsetof(struct iphdr, saddr) :
				    offsetof(struct ipv6hdr, saddr)), source, size);
	sum = sum_words(source, size);
	if (spoof->ip_check) {
		check_be = htons(checksum(spoof->ip_sum + sum));
		memcpy(frame + ((uint8_t *)spoof->ip_check - spoof->frame), &check_be, 2);
	}
	if (spoof->ports)
		sum += any_port(spoof, frame);
	check_be = htons(checksum(spoof->upper_sum + sum) ^ spoof->spoiled);
	memcpy(frame + ((uint8_t *)spoof->upper_check - spoof->frame), &check_be, 2);
}

int spoof_read(struct spoof *spoof, const char *hex)
{
	unsigned int byte;

	for (; sscanf(hex, "%2x", &byte) == 1 && hex[1] && spoof->length < SPOOF_MAX; hex += 2)
		spoof->frame[spoof->length++] = byte;
	if (*hex || spoof->length < ETH_HLEN)
		return log_error(-EINVAL, "--frame: not the hexadecimal digits of a frame");
	return 0;
}
