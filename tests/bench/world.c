// SPDX-License-Identifier: BSD-2-Clause
/*
 * world.c - the region data, and the sources that measurements draw from it.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <string.h>

#include "../run/checksum.h"
#include "regions/source.h"

#define WORLD_V4 "/usr/share/tor/geoip"
#define WORLD_V6 "/usr/share/tor/geoip6"
#define HOT 1024

uint64_t random_u64(void)
{
	static uint64_t state = 0x2545f4914f6cdd1dULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x9e3779b97f4a7c15ULL;
}

void world_read(struct world *world)
{
	struct range_set v6 = {};

	memset(world, 0, sizeof(*world));
	world->names = names_new(ECDN_XDP_REGIONS_DEFAULT);
	need(world->names, "allocate memory");
	need(!source_read(WORLD_V4, SOURCE_MMDB_FIELD, 1, world->names, &world->set),
	     "read " WORLD_V4);
	need(!source_read(WORLD_V6, SOURCE_MMDB_FIELD, 2, world->names, &v6), "read " WORLD_V6);
	need(!range_set_overlay(&world->set, &v6), "join both families");
	range_set_free(&v6);
}

void world_free(struct world *world)
{
	range_set_free(&world->set);
	names_free(world->names);
}

static void thin(const struct range_list *from, size_t ranges, unsigned int regions,
		 struct range_list *to)
{
	size_t step = from->count > ranges ? from->count / ranges : 1;

	for (size_t i = 0; i < from->count && i / step < ranges; i += step) {
		const struct range *range = &from->range[i];
		uint32_t region = regions ? 1 + i / step % regions :
				  range->entry & RANGE_REGION;

		need(!range_list_add(to, range->first, range->last,
				     1U << RANGE_SOURCE_SHIFT | region),
		     "allocate memory");
	}
}

void world_thin(const struct world *world, size_t ranges, unsigned int regions,
		struct range_set *set)
{
	const struct range_list *v4 = &world->set.v4, *v6 = &world->set.v6;
	size_t both = v4->count + v6->count;
	size_t share = (ranges * v4->count + both / 2) / both;

	memset(set, 0, sizeof(*set));
	thin(v4, share, regions, &set->v4);
	thin(v6, ranges - share, regions, &set->v6);
}

/* A random address of a random range: as likely from a small range as from a big one. */
static addr_bits real_address(const struct range_list *list, int unused_bits)
{
	const struct range *range = &list->range[random_u64() % list->count];
	addr_bits size = ((range->last - range->first) >> unused_bits) + 1;
	addr_bits random = (addr_bits)random_u64() << 64 | random_u64();

	return range->first + ((size ? random % size : random) << unused_bits);
}

static const char *const population_names[SOURCES_KINDS] = {
	[SOURCES_REAL] = "real",
	[SOURCES_SPOOFED] = "spoofed",
	[SOURCES_HOT] = "hot",
	[SOURCES_ONE] = "one",
	[SOURCES_LISTED] = "listed",
	[SOURCES_HEAVY] = "heavy",
};

/* Inside a /24 that is of one region as a whole. */
static uint32_t heavy_v4(const struct range_set *set)
{
	for (;;) {
		const struct range *range = &set->v4.range[random_u64() % set->v4.count];
		uint32_t first = ((uint32_t)(range->first >> 96) + 255) & ~255U;

		if (first >= range->first >> 96 && first + 255ULL <= range->last >> 96)
			return htonl(first);
	}
}

const char *population_name(enum population kind)
{
	return population_names[kind];
}

enum population population_named(const char *name)
{
	enum population kind = 0;

	while (kind < SOURCES_KINDS && strcmp(name, population_names[kind]))
		kind++;
	return kind;
}

/* How many addresses a population is made of. */
static unsigned int distinct(enum population kind)
{
	switch (kind) {
	case SOURCES_HOT:
	case SOURCES_HEAVY:
		return HOT;
	case SOURCES_ONE:
		return 1;
	case SOURCES_LISTED:
		return LISTED;
	default:
		return POPULATION;
	}
}

void population_v4(const struct range_set *set, enum population kind, uint32_t *source)
{
	unsigned int count = distinct(kind);

	for (unsigned int i = 0; i < POPULATION; i++) {
		if (kind == SOURCES_SPOOFED)
			source[i] = random_u64() >> 32;
		else if (i < count && kind == SOURCES_HEAVY)
			source[i] = heavy_v4(set);
		else if (i < count)
			source[i] = htonl(real_address(&set->v4, 96) >> 96);
		else if (kind == SOURCES_HEAVY)
			source[i] = (source[random_u64() % count] & htonl(0xffffff00)) |
				    htonl(random_u64() >> 56);
		else
			source[i] = source[random_u64() % count];
	}
}

static addr_bits spoofed_v6(void)
{
	return (addr_bits)(random_u64() >> 3 | 1ULL << 61) << 64 | random_u64();
}

void population_v6(const struct range_set *set, enum population kind, uint32_t (*source)[4])
{
	unsigned int count = distinct(kind);

	for (unsigned int i = 0; i < POPULATION; i++) {
		addr_bits bits;

		if (i >= count) {
			memcpy(source[i], source[random_u64() % count], sizeof(source[i]));
			continue;
		}
		bits = kind == SOURCES_SPOOFED ? spoofed_v6() : real_address(&set->v6, 0);
		for (unsigned int word = 0; word < 4; word++)
			source[i][word] = htonl(bits >> (96 - 32 * word));
	}
}

void trusted_prefixes(const struct range_set *set, struct cidr *prefixes)
{
	for (unsigned int i = 0; i < TRUSTED; i++) {
		bool v6 = i & 1;

		prefixes[i].addr.family = v6 ? AF_INET6 : AF_INET;
		prefixes[i].addr.bits = v6 ? real_address(&set->v6, 0) : real_address(&set->v4, 96);
		prefixes[i].length = v6 ? 128 : 32;
	}
}

static void put_tcp(struct tcphdr *tcp)
{
	tcp->source = htons(40000);
	tcp->dest = htons(443);
	tcp->doff = sizeof(*tcp) / 4;
	tcp->ack = 1;
}

/* Sums up with source 0 and identification ~0 as with any pair the feeder writes. Returns
 * what follows the header. */
static void *put_v4(uint8_t frame[64], uint8_t protocol)
{
	struct ethhdr *eth = (struct ethhdr *)frame;
	struct iphdr *ip = (struct iphdr *)(eth + 1);

	memset(frame, 0, 64);
	eth->h_dest[0] = eth->h_source[0] = 2;
	eth->h_source[5] = 1;
	eth->h_proto = htons(ETH_P_IP);
	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(64 - sizeof(*eth));
	ip->id = 0xffff;
	ip->ttl = 64;
	ip->protocol = protocol;
	ip->daddr = htonl(0xc6120001); /* 198.18.0.1 */
	ip->check = htons(checksum(sum_words(ip, sizeof(*ip))));
	return ip + 1;
}

unsigned int frame_v4(uint8_t frame[64])
{
	put_tcp(put_v4(frame, IPPROTO_TCP));
	return 64;
}

unsigned int frame_echo(uint8_t frame[64])
{
	struct icmphdr *icmp = put_v4(frame, IPPROTO_ICMP);

	icmp->type = ICMP_ECHO;
	icmp->un.echo.sequence = htons(1);
	icmp->checksum = htons(checksum(sum_words(icmp, frame + 64 - (uint8_t *)icmp)));
	return 64;
}

unsigned int frame_v6(uint8_t frame[78])
{
	struct ethhdr *eth = (struct ethhdr *)frame;
	struct ipv6hdr *ip = (struct ipv6hdr *)(eth + 1);

	memset(frame, 0, 78);
	eth->h_dest[0] = eth->h_source[0] = 2;
	eth->h_source[5] = 1;
	eth->h_proto = htons(ETH_P_IPV6);
	ip->version = 6;
	ip->payload_len = htons(78 - sizeof(*eth) - sizeof(*ip));
	ip->nexthdr = IPPROTO_TCP;
	ip->hop_limit = 64;
	ip->daddr.s6_addr[0] = 0x20;
	put_tcp((struct tcphdr *)(ip + 1));
	return 78;
}
