/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * share.h - the shares of a source prefix, and the keys by which `prefixes` holds them. No helper
 * is called, so that readers find by the same code what the guard has counted.
 */
#ifndef BPF_SHARE_H
#define BPF_SHARE_H

#include "prefix.h"

/*
 * The shares of a prefix. Each has ways, credits and buckets of its own, so that what is forged in
 * a prefix's name costs those nothing who were there before.
 */
enum share {
	SHARE_UNPROVEN,
	SHARE_KNOWN,            /* addresses that are known, which can be forged */
	SHARE_PROVEN,           /* what belongs to a connection */
};

static __always_inline __u64 share_key_v4(__u64 prefix, __u32 region, enum share share)
{
	if (share == SHARE_UNPROVEN)
		return prefix_key_v4(prefix, region);
	return prefix_key_wider(prefix_wider(share == SHARE_KNOWN ? ECDN_XDP_PREFIX_KNOWN_V4 :
								    ECDN_XDP_PREFIX_PROVEN_V4,
					     prefix), region);
}

/* Prefixes outside 2000::/3 have no share of known addresses. 0 would be the key of an empty
 * way, and nobody connects from ::/48. */
static __always_inline __u64 share_key_v6(__u64 prefix, __u32 region, enum share share)
{
	if (share == SHARE_UNPROVEN || !prefix)
		return prefix_key_v6(prefix, region);
	if (share == SHARE_KNOWN && prefix >> 45 == 1)
		prefix |= ECDN_XDP_PREFIX_KNOWN_V6;
	return prefix_key_proven_v6(prefix, region);
}

/* 1 if the key is of packets that nothing proves and whose address is not known, else 0. */
static __always_inline int share_is_unproven(__u64 key)
{
	__u64 family = key & ECDN_XDP_PREFIX_FAMILY;

	if (family == ECDN_XDP_PREFIX_WIDER)
		return key >> (40 + ECDN_XDP_PREFIX_SHIFT) < ECDN_XDP_PREFIX_PROVEN_V4;
	return family != ECDN_XDP_PREFIX_PROVEN_V6;
}

#endif
