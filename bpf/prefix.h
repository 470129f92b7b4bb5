/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * prefix.h - the heavy source prefixes, in constant memory and constant time:
 * d-way random admission (dW-RAP: Ben Basat, Chen, Einziger, Friedman, Kassner,
 * "Randomized Admission Policy for Efficient Top-k and Frequency Estimation",
 * INFOCOM 2017). No helper is called, so that the unit tests run the same code.
 *
 * A prefix belongs to one set of d = 4 ways. With each of its packets, if it has a way
 * there, its weight grows by one; if it has none, it takes the place of the lightest way,
 * of weight w, with probability 1 / (w + 1), and starts at w + 1. So a prefix of n packets
 * is in as soon as it is heavier than what the set's crowd can hold against it, while a
 * crowd of one-packet sources mostly writes nothing at all.
 *
 * Bound. Let m packets of a crowd fall into a set that holds h < d heavy
 * prefixes. To raise the lightest of its d - h other ways from w to w + 1 takes
 * w + 1 packets on average, so w <= sqrt(2 m / (d - h)). A heavy prefix is
 * admitted after w + 1 of its packets on average, and once its weight is above
 * w it stays. Unless it is sampled its counts are exact from its admission on: they never
 * exceed the truth, and fall short of it by about w. With m = 10,000,000 / 4096 and h = 1,
 * w <= 40: of 10,000 packets 0.4 %. tests/unit/test_prefix.c holds this.
 *
 * Sampling. A CPU with many packets accounts one in s = 8, chosen by chance, which then
 * counts for s: it adds s to the weight and to the counts, and takes the place of a way of
 * weight w with probability s / (w + s), to start at w + s. Of the m packets of a crowd m / s
 * are tried, and to raise the lightest way from w to w + s takes (w + s) / s of these, so
 * w <= sqrt(2 s m / (d - h)), 114 in the example above. A heavy prefix lacks w of its packets
 * on average, and what it counts after that is an estimate: of n packets n / s are drawn, so
 * one standard deviation is sqrt((s - 1) / n) of n, 1.2 % at 50,000, or less where the prefix
 * has the CPU to itself. The set marks ways whose counts are estimates.
 *
 * Weights are halved each epoch, so what was heavy last week gives way. A flood of any length
 * from F packets/s holds w <= sqrt(4 s F epoch / (4096 (d - h))): at 10 million packets/s,
 * 480, since a CPU with so many packets samples.
 *
 * The lightest way is found without a branch on which way it is, as no CPU can predict
 * that branch, and it would cost more than the arithmetic.
 */
#ifndef BPF_PREFIX_H
#define BPF_PREFIX_H

#include <stddef.h>

#include "bucket.h"
#include "forget.h"

#define PREFIX_EPOCH_SHIFT 33           /* of ns: 8.6 s */

static __always_inline __u64 prefix_key_v4(__u32 prefix, __u32 region)
{
	return (__u64)prefix << ECDN_XDP_PREFIX_SHIFT | ECDN_XDP_PREFIX_V4 | region;
}

static __always_inline __u64 prefix_key_v6(__u64 prefix, __u32 region)
{
	return prefix << ECDN_XDP_PREFIX_SHIFT | ECDN_XDP_PREFIX_V6 | region;
}

/* A wider prefix, or a share of one, of that kind; value is right-aligned. */
static __always_inline __u64 prefix_wider(enum ecdn_xdp_prefix_kind kind, __u64 value)
{
	return (__u64)kind << 40 | value;
}

static __always_inline __u64 prefix_key_wider(__u64 wider, __u32 region)
{
	return wider << ECDN_XDP_PREFIX_SHIFT | ECDN_XDP_PREFIX_WIDER | region;
}

static __always_inline __u64 prefix_key_proven_v6(__u64 prefix, __u32 region)
{
	return prefix << ECDN_XDP_PREFIX_SHIFT | ECDN_XDP_PREFIX_PROVEN_V6 | region;
}

/* MurmurHash3's finalizer, over a secret: no source can choose its set. */
static __always_inline __u64 prefix_hash(__u64 prefix, __u64 seed)
{
	__u64 hash = prefix ^ seed;

	hash ^= hash >> 33;
	hash *= 0xff51afd7ed558ccdULL;
	hash ^= hash >> 33;
	hash *= 0xc4ceb9fe1a85ec53ULL;
	return hash ^ hash >> 33;
}

/* Hashes of the other families, apart from those of prefixes with the same number. */
static __always_inline __u64 prefix_hash_wider(__u64 wider, __u64 seed)
{
	return prefix_hash(wider | 1ULL << 63, seed);
}

static __always_inline __u64 prefix_hash_share(__u64 prefix, __u64 share, __u64 seed)
{
	return prefix_hash(prefix | share << 48, seed);
}

/* The way that key has, or ECDN_XDP_PREFIX_WAYS if it has none. */
static __always_inline __u32 prefix_find(const struct ecdn_xdp_prefix_set *set, __u64 key)
{
	for (__u32 way = 0; way < ECDN_XDP_PREFIX_WAYS; way++)
		if (set->key[way] == key)
			return way;
	return ECDN_XDP_PREFIX_WAYS;
}

/* The lightest way, as weight << 8 | way. */
static __always_inline __u64 prefix_lightest(const struct ecdn_xdp_prefix_set *set)
{
	__u64 lightest = (__u64)set->weight[0] << 8;

	for (__u64 i = 1; i < ECDN_XDP_PREFIX_WAYS; i++) {
		__u64 other = (__u64)set->weight[i] << 8 | i;

		lightest += (other - lightest) & sign_mask(other - lightest);
	}
	return lightest;
}

static __always_inline void prefix_age(struct ecdn_xdp_prefix_set *set, __u32 epoch)
{
	__u32 epochs = epoch - set->epoch;

	if (!epochs)
		return;
	if (epochs > 31)
		epochs = 31;
	for (int i = 0; i < ECDN_XDP_PREFIX_WAYS; i++)
		set->weight[i] >>= epochs;
	set->epoch = epoch;
}

/* A reader that sees the same key before and after reading a way has read one prefix's; on
 * CPUs that order memory weakly, now and then the counts of two. */
static __always_inline void prefix_replace(struct ecdn_xdp_prefix_set *set, __u32 way,
					   __u64 key, __u32 weight, __u64 now_ns)
{
	volatile __u64 *slot = &set->key[way];
	struct ecdn_xdp_prefix *prefix = &set->prefix[way];

	*slot = 0;
	asm volatile("" ::: "memory");
	prefix->packets = 0;
	prefix->bytes = 0;
	prefix->credit.tokens = CREDIT_NEW;
	prefix->credit.denied = 0;
	set->sampled &= ~(1U << way);
	set->alone[way] = bucket_alone_new(now_ns);
	set->weight[way] = weight;
	asm volatile("" ::: "memory");
	*slot = key;
}

/*
 * Counts one packet of key in its set, or the step packets for which a sampled one stands;
 * random is uniform over 32 bits. Returns the prefix, or NULL while it is not admitted.
 */
static __always_inline struct ecdn_xdp_prefix *
prefix_count(struct ecdn_xdp_prefix_set *set, __u64 key, __u32 bytes, __u64 now_ns,
	     __u32 random, __u32 step)
{
	__u32 way = forget_value(prefix_find(set, key), random);
	struct ecdn_xdp_prefix *prefix;

	prefix_age(set, now_ns >> PREFIX_EPOCH_SHIFT);
	if (way < ECDN_XDP_PREFIX_WAYS) {
		set->weight[way] += step;
	} else {
		__u64 lightest = prefix_lightest(set);
		__u64 weight = (lightest >> 8) + step;

		if (random * weight >> 32 >= step)
			return NULL;
		way = lightest & (ECDN_XDP_PREFIX_WAYS - 1);
		prefix_replace(set, way, key, weight, now_ns);
	}
	if (step > 1)
		set->sampled |= 1U << way;
	prefix = &set->prefix[way];
	prefix->packets += step;
	prefix->bytes += (__u64)bytes * step;
	prefix->last_seen_ns = now_ns;
	return prefix;
}

#endif
