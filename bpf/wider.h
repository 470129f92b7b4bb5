/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * wider.h - one allocation is one source. Who owns a /32 of IPv6 has 65,536 prefixes of 48 bits,
 * each of which may stay below prefix_pps. So in a surge, what a prefix lets through and nothing
 * proves is accounted to wider prefixes too, to /20 of IPv4, and to /40 and then /32 of IPv6, and
 * limited there by aggregate_pps. They are prefixes like others in the same sets (prefix.h) and
 * have buckets like others, so each costs as much, and no more however many there are.
 *
 * A wider prefix counts what the narrower ones have let through. So of a flood the row that is
 * heavy is the one whose limit it meets.
 */
#ifndef BPF_WIDER_H
#define BPF_WIDER_H

#include "count.h"
#include "config.h"
#include "prefix_lease.h"

/* Accounts a packet to the prefix of that key. True if that lets it pass. */
static __always_inline bool level_passes(__u64 key, __u64 hash, enum prefix_level level,
					 __u32 bytes, __u32 region, __u32 id)
{
	struct ecdn_xdp_region_cpu *local = region_of_cpu(region, id);
	struct ecdn_xdp_cpu *now = bpf_map_lookup_elem(&cpu, &id);
	struct packet packet = { .bytes = bytes };
	struct source source = { .key = key, .hash = hash };

	if (!local || !now)
		return true;
	count_source(&source, &packet, now, id, 1);
	return source_passes(&source, local, level, now->jiffies);
}

static __always_inline bool wider_level(__u64 wider, enum prefix_level level, __u32 bytes,
					__u32 region, __u32 id)
{
	__u32 slot = 0;
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);

	return !conf || level_passes(prefix_key_wider(wider, region),
				     prefix_hash_wider(wider, conf->hash_seed), level, bytes,
				     region, id);
}

/* Global functions, as they are verified once then, and not for every kind of packet. addr has
 * the first bits of the source address, as a number. */
__attribute__((noinline)) int wider_passes_v4(__u32 addr, __u32 bytes, __u32 region, __u32 id)
{
	return wider_level(prefix_wider(ECDN_XDP_PREFIX_V4_20, addr >> 12), PREFIX_LEVEL_WIDER,
			   bytes, region, id);
}

__attribute__((noinline)) int wider_passes_v6(__u64 addr, __u32 bytes, __u32 region, __u32 id)
{
	return wider_level(prefix_wider(ECDN_XDP_PREFIX_V6_40, addr >> 24), PREFIX_LEVEL_WIDER,
			   bytes, region, id) &&
	       wider_level(prefix_wider(ECDN_XDP_PREFIX_V6_32, addr >> 32), PREFIX_LEVEL_WIDEST,
			   bytes, region, id);
}

/*
 * Accounts a packet of a region in a surge to its wider prefixes, unless something proves it.
 * False if it is to be dropped. Called once its own prefix has let it pass.
 */
static __always_inline bool wider_passes(const struct packet *packet, bool unproven, __u32 region,
					 __u32 id)
{
	__u64 addr = bpf_ntohl(packet->addr_be[0]);

	if (!unproven)
		return true;
	if (packet->family == 4)
		return wider_passes_v4(addr, packet->bytes, region, id);
	return wider_passes_v6(addr << 32 | bpf_ntohl(packet->addr_be[1]), packet->bytes, region,
			       id);
}

__attribute__((noinline)) int more_level(__u64 key, __u64 hash, __u32 bytes, __u32 region,
					 __u32 id)
{
	return level_passes(key, hash, PREFIX_LEVEL_WIDEST, bytes, region, id);
}

__attribute__((noinline)) int cookie_level(__u64 key, __u64 hash, __u32 bytes, __u32 region,
					   __u32 id)
{
	return level_passes(key, hash, PREFIX_LEVEL_NARROW, bytes, region, id);
}

/* The same of what belongs to connections of a prefix and is above its prefix_pps, or completes
 * cookies, of which no more passes than once more prefix_pps; source: its share of that prefix.
 * Outside 2000::/3 there is no key for it, and no sender on the Internet: connections are not
 * limited there, and what can be sent again has the one limit alone. */
static __always_inline bool more_passes(const struct source *source, const struct packet *packet,
					bool cookie, __u32 region, __u32 id)
{
	__u64 kind_v4 = cookie ? ECDN_XDP_PREFIX_COOKIE_V4 : ECDN_XDP_PREFIX_MORE_V4;
	__u64 kind = cookie ? ECDN_XDP_PREFIX_COOKIE_V6 : ECDN_XDP_PREFIX_MORE_V6, key;

	if (packet->family == 4)
		kind = (kind_v4 ^ ECDN_XDP_PREFIX_PROVEN_V4) << 40;
	else if (source->key >> (45 + ECDN_XDP_PREFIX_SHIFT) != 1)
		return !cookie;
	key = source->key ^ kind << ECDN_XDP_PREFIX_SHIFT;
	if (cookie)
		return cookie_level(key, prefix_hash(source->hash, 0), packet->bytes, region, id);
	return more_level(key, ~source->hash, packet->bytes, region, id);
}

#endif
