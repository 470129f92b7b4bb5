// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * lookup: the guard's own region lookup and prefix accounting, alone, beside an
 * LPM trie of the same ranges; and the same programs without a lookup.
 */
#include "packet.h"
#include "region.h"
#include "count.h"
#include "population.h"

#define SEED 0x5eed5eed5eed5eed

__u32 source_v4[POPULATION];
__u32 source_v6[POPULATION][4];
__u32 next_source;
__u32 result;

/* Wait for the result of one lookup before the next source is read. */
const volatile bool dependent;

struct key_v4 {
	__u32 length;
	__u32 addr_be;
};

struct key_v6 {
	__u32 length;
	__u32 addr_be[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1 << 20);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key_v4);
	__type(value, __u32);
} trie_v4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1 << 20);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key_v6);
	__type(value, __u32);
} trie_v6 SEC(".maps");

static __always_inline __u32 next(void)
{
	__u32 index = next_source++;

	if (dependent)
		index += result >> 31; /* no region has that bit */
	return index & (POPULATION - 1);
}

static __always_inline void next_v4(struct packet *packet)
{
	packet->family = 4;
	packet->addr_be[0] = source_v4[next()];
}

static __always_inline void next_v6(struct packet *packet)
{
	packet->family = 6;
	__builtin_memcpy(packet->addr_be, source_v6[next()], sizeof(packet->addr_be));
}

static __always_inline int finish(__u32 found)
{
	result = found & 0x7fffffff;
	return XDP_DROP;
}

SEC("xdp")
int none_v4(struct xdp_md *ctx __attribute__((unused)))
{
	struct packet packet = {};

	next_v4(&packet);
	return finish(packet.addr_be[0]);
}

SEC("xdp")
int none_v6(struct xdp_md *ctx __attribute__((unused)))
{
	struct packet packet = {};

	next_v6(&packet);
	return finish(packet.addr_be[0] ^ packet.addr_be[1] ^ packet.addr_be[2] ^
		      packet.addr_be[3]);
}

SEC("xdp")
int table_v4(struct xdp_md *ctx __attribute__((unused)))
{
	struct packet packet = {};

	next_v4(&packet);
	return finish(region_of(packet.family, packet.addr_be));
}

SEC("xdp")
int table_v6(struct xdp_md *ctx __attribute__((unused)))
{
	struct packet packet = {};

	next_v6(&packet);
	return finish(region_of(packet.family, packet.addr_be));
}

SEC("xdp")
int lpm_v4(struct xdp_md *ctx __attribute__((unused)))
{
	struct packet packet = {};
	struct key_v4 key = { .length = 32 };
	__u32 *found;

	next_v4(&packet);
	key.addr_be = packet.addr_be[0];
	found = bpf_map_lookup_elem(&trie_v4, &key);
	return finish(found ? *found : 0);
}

SEC("xdp")
int lpm_v6(struct xdp_md *ctx __attribute__((unused)))
{
	struct packet packet = {};
	struct key_v6 key = { .length = 128 };
	__u32 *found;

	next_v6(&packet);
	__builtin_memcpy(key.addr_be, packet.addr_be, sizeof(key.addr_be));
	found = bpf_map_lookup_elem(&trie_v6, &key);
	return finish(found ? *found : 0);
}

SEC("xdp")
int account_v4(struct xdp_md *ctx __attribute__((unused)))
{
	struct packet packet = { .bytes = 64 };
	__u32 id = bpf_get_smp_processor_id();
	struct ecdn_xdp_cpu *now = cpu_now(id);
	struct source source = {};

	next_v4(&packet);
	if (!now)
		return XDP_ABORTED;
	source_of(&source, &packet, 1, SHARE_UNPROVEN, SEED);
	count_source(&source, &packet, now, id, 1);
	return finish(!!source.prefix);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
