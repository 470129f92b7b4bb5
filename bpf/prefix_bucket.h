/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * prefix_bucket.h - which bucket a source prefix has: the sets of prefix_buckets, of four ways
 * each. Time is an argument and no helper is called, so that the kernel and the unit tests run
 * the same code.
 *
 * Owners share the sets: each region is two, as what it sends unproven, which can be forged, must
 * take nothing from the other shares of its prefixes. A prefix that asks belongs to a set by a hash
 * over a secret. If it has no way there,
 * - it takes an idle way, whose bucket is full.
 * - Otherwise it takes the fullest way of an owner that has at least two more than its own, and
 *   starts full.
 * - Otherwise, if its owner has some, it takes over the fullest of these, with what that holds. So
 *   prefixes of an owner that displace each other gain nothing by it, and take nothing from others.
 * - Otherwise each way is another owner's last one, and in use: the prefix has no bucket, and each
 *   CPU limits it by itself.
 *
 * So an owner keeps its even share of each set for as long as it uses it, whatever other owners'
 * prefixes send. A way is idle once its bucket is full by the lowest limit that there is: what an
 * owner's limit is, is not known here.
 */
#ifndef BPF_PREFIX_BUCKET_H
#define BPF_PREFIX_BUCKET_H

#include "bucket.h"
#include "share.h"

/* In how long the bucket of a limit of 1/s, the lowest, is full. */
#define PREFIX_BUCKET_IDLE_NS (BUCKET_BURST * NS_PER_SECOND)

/* How a lease ended, as bits. */
enum prefix_bucket {
	PREFIX_BUCKET_GRANTED = 1 << 0,
	PREFIX_BUCKET_EVICTED = 1 << 1, /* a bucket in use was given up */
	PREFIX_BUCKET_FULL = 1 << 2,    /* there is no way for the prefix */
};

/* Whose a bucket is: a region's, and there that of the share that can be forged, or of others. */
#define PREFIX_BUCKET_OWNER (ECDN_XDP_PREFIX_REGION | ECDN_XDP_BUCKET_APART)

/* key: as it stands in `prefixes`. */
static __always_inline __u64 prefix_bucket_key(__u64 hash, __u64 key)
{
	__u64 region = key & ECDN_XDP_PREFIX_REGION;
	__u64 apart = share_is_unproven(key) ? 0 : ECDN_XDP_BUCKET_APART;

	return (hash & ~(__u64)PREFIX_BUCKET_OWNER) | apart | region;
}

/* All ones if both keys are of one owner, else 0. */
static __always_inline __u64 prefix_bucket_kin(__u64 one, __u64 other)
{
	return sign_mask(((one ^ other) & PREFIX_BUCKET_OWNER) - 1);
}

/* All ones if the way is idle or empty, else 0. */
static __always_inline __u64 prefix_bucket_idle(const struct ecdn_xdp_bucket *bucket, __u64 now_ns)
{
	return sign_mask(PREFIX_BUCKET_IDLE_NS - 1 - (now_ns - bucket->spent_ns)) |
	       sign_mask((bucket->key - 1) & ~bucket->key);
}

/* How many ways in the set are of the key's owner. */
static __always_inline __u64 prefix_bucket_count(const struct ecdn_xdp_bucket_set *set, __u64 key)
{
	__u64 count = 0;

	pure_unroll
	for (__u32 i = 0; i < ECDN_XDP_BUCKET_WAYS; i++)
		count -= prefix_bucket_kin(set->bucket[i].key, key);
	return count;
}

/* How full ways are, as a number with the way in it; of ways that are not to be had, NONE. Times
 * are far below 2^59 ns. */
#define PREFIX_BUCKET_NONE (-(1LL << 61))

static __always_inline __s64 prefix_bucket_rank(const struct ecdn_xdp_bucket_set *set, __u32 way,
						__u64 mask, __u64 now_ns)
{
	__u64 rank = (now_ns - set->bucket[way].spent_ns) * ECDN_XDP_BUCKET_WAYS +
		     (ECDN_XDP_BUCKET_WAYS - 1 - way);

	return (rank & mask) | (PREFIX_BUCKET_NONE & ~mask);
}

static __always_inline __s64 prefix_bucket_max(__s64 one, __s64 other)
{
	return one + ((other - one) & ~sign_mask(other - one));
}

/* The way that a key gets which has none, as a rank. No branch depends on the set, as a verifier
 * would follow them all. */
static __always_inline __s64 prefix_bucket_choose(const struct ecdn_xdp_bucket_set *set, __u64 key,
						  __u64 now_ns, int *displaces)
{
	__s64 idle = PREFIX_BUCKET_NONE, spare = PREFIX_BUCKET_NONE, own = PREFIX_BUCKET_NONE;
	__u64 count = prefix_bucket_count(set, key);

	pure_unroll
	for (__u32 i = 0; i < ECDN_XDP_BUCKET_WAYS; i++) {
		__u64 is = set->bucket[i].key;
		__u64 mask = prefix_bucket_idle(&set->bucket[i], now_ns);

		idle = prefix_bucket_max(idle, prefix_bucket_rank(set, i, mask, now_ns));
		mask = sign_mask(count + 1 - prefix_bucket_count(set, is));
		spare = prefix_bucket_max(spare, prefix_bucket_rank(set, i, mask, now_ns));
		mask = prefix_bucket_kin(is, key);
		own = prefix_bucket_max(own, prefix_bucket_rank(set, i, mask, now_ns));
	}
	*displaces = idle == PREFIX_BUCKET_NONE && spare != PREFIX_BUCKET_NONE;
	if (idle != PREFIX_BUCKET_NONE)
		return idle;
	return *displaces ? spare : own;
}

/* Gives the key a way. Returns it, or ECDN_XDP_BUCKET_WAYS if there is none for it. */
static __always_inline __u32 prefix_bucket_take(struct ecdn_xdp_bucket_set *set, __u64 key,
						__u64 depth_ns, __u64 now_ns, __u32 *how)
{
	int displaces;
	__s64 rank = prefix_bucket_choose(set, key, now_ns, &displaces);
	__u32 way = ~rank & (ECDN_XDP_BUCKET_WAYS - 1);
	struct ecdn_xdp_bucket *bucket = &set->bucket[way];

	if (rank == PREFIX_BUCKET_NONE)
		return ECDN_XDP_BUCKET_WAYS;
	if (bucket->key && (__s64)(now_ns - bucket->spent_ns) < (__s64)depth_ns)
		*how |= PREFIX_BUCKET_EVICTED;
	if (displaces || !bucket->key)
		bucket->spent_ns = now_ns - depth_ns;
	bucket->key = key;
	return way;
}

/* Leases from the bucket of key in its set, under the set's lock. Returns how it ended. */
static __always_inline __u32 prefix_bucket_lease(struct ecdn_xdp_bucket_set *set, __u64 key,
						 const struct ecdn_xdp_lease *lease, __u64 now_ns)
{
	__u32 way = ECDN_XDP_BUCKET_WAYS, how = 0;

	pure_unroll
	for (__u32 i = 0; i < ECDN_XDP_BUCKET_WAYS; i++)
		if (set->bucket[i].key == key)
			way = i;
	if (way >= ECDN_XDP_BUCKET_WAYS)
		way = prefix_bucket_take(set, key, lease->depth_ns, now_ns, &how);
	if (way >= ECDN_XDP_BUCKET_WAYS)
		return PREFIX_BUCKET_FULL;
	if (bucket_lease(&set->bucket[way & (ECDN_XDP_BUCKET_WAYS - 1)].spent_ns, lease->cost_ns,
			 lease->depth_ns, now_ns))
		how |= PREFIX_BUCKET_GRANTED;
	return how;
}

#endif
