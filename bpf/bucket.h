/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * bucket.h - token buckets, which say what passes under a limit, and the tokens that a CPU
 * leases from them. Time is an argument and no helper is called, so that the kernel and the
 * unit tests run the same code.
 *
 * A bucket is a GCRA (ITU-T I.371, A.1): spent_ns is the time up to which tokens are
 * spent. CPUs lease `batch` tokens at once, 1/256 s worth, so that a packet rarely
 * touches the shared bucket. The bucket saves up 67 ms of the limit, or 16 tokens if
 * that is more: a page's worth of packets comes at once, and a client that sends no more
 * than that must lose none. Over T seconds at most
 *     limit * (T + depth) + CPUs * batch
 * pass: with a limit above 256/s that is limit * (T + 0.067 + 0.0039 * CPUs).
 */
#ifndef BPF_BUCKET_H
#define BPF_BUCKET_H

#include "ecdn-xdp-maps.h"
#include "pure.h"

#define BUCKET_BATCHES_PER_SECOND 256
#define BUCKET_DEPTH_NS (1ULL << 26)    /* 67 ms */
#define BUCKET_BURST 16

#define CREDIT_NEW 0xffffffff           /* more than any batch: clamped at first use */

/* Tokens a CPU leases at once; 0 where there is no limit. */
static __always_inline __u32 bucket_batch(__u64 limit)
{
	__u64 batch = limit / BUCKET_BATCHES_PER_SECOND;

	if (batch > 0x7fffffff)
		batch = 0x7fffffff;
	return batch ? batch : !!limit;
}

/* What a batch costs: ns by which it moves spent_ns; 0 where there is no limit. */
static __always_inline __u64 bucket_cost(__u64 limit, __u32 batch)
{
	return limit ? batch * NS_PER_SECOND / limit : 0;
}

/* The ns that the bucket saves up: it must hold a lease and what a jiffy adds. */
static __always_inline __u64 bucket_depth(__u64 limit)
{
	__u64 burst_ns = limit ? BUCKET_BURST * NS_PER_SECOND / limit : 0;

	return burst_ns > BUCKET_DEPTH_NS ? burst_ns : BUCKET_DEPTH_NS;
}

/* 1 if a bucket of that depth holds cost_ns, which are then spent, else 0. */
static __always_inline int bucket_lease(__u64 *spent_ns, __u64 cost_ns, __u64 depth_ns,
					__u64 now_ns)
{
	__u64 full_ns = now_ns - depth_ns;
	__u64 spent = (__s64)(*spent_ns - full_ns) > 0 ? *spent_ns : full_ns;

	if ((__s64)(spent + cost_ns - now_ns) > 0)
		return 0;
	*spent_ns = spent + cost_ns;
	return 1;
}

/*
 * A bucket of a CPU's own: spent is the time up to which tokens are spent, in units of 2^19 ns,
 * modulo 34 s, which is longer than any bucket takes to fill. As times are rounded, up to a quarter
 * more than the limit passes, and never less. Once in these 34 s, for as long as it takes to fill,
 * one that was silent for long looks as if its tokens had just been spent.
 */
#define BUCKET_ALONE_UNIT 19
#define BUCKET_ALONE_LONG_AGO (1 << 15)

/* One that is full. */
static __always_inline __u16 bucket_alone_new(__u64 now_ns)
{
	return (now_ns >> BUCKET_ALONE_UNIT) - BUCKET_ALONE_LONG_AGO;
}

/* Like bucket_lease(). */
static __always_inline int bucket_lease_alone(__u16 *spent, __u64 cost_ns, __u64 depth_ns,
					      __u64 now_ns)
{
	__u16 now = now_ns >> BUCKET_ALONE_UNIT;
	__u64 saved_ns = (__u64)(__u16)(now - *spent) << BUCKET_ALONE_UNIT;

	if (saved_ns > depth_ns)
		saved_ns = depth_ns;
	if (saved_ns < cost_ns)
		return 0;
	saved_ns = saved_ns - cost_ns + (1ULL << BUCKET_ALONE_UNIT) - 1;
	*spent = now - (saved_ns >> BUCKET_ALONE_UNIT);
	return 1;
}

/* 1 if the CPU holds a token, which is then spent, else 0. A limit that was lowered since
 * the lease makes its batch the smaller one. */
static __always_inline int credit_spend(struct ecdn_xdp_credit *credit, __u32 batch)
{
	if (credit->tokens > batch)
		credit->tokens = batch;
	if (!credit->tokens)
		return 0;
	credit->tokens--;
	return 1;
}

/*
 * 1 if the bucket was found empty in this jiffy: it is asked again in the next one, as
 * the clock does not move before.
 */
static __always_inline int credit_denied(const struct ecdn_xdp_credit *credit, __u32 jiffy)
{
	return credit->denied == jiffy;
}

/* Takes in the answer to a request for another batch, of which one token is spent at once.
 * Returns granted. */
static __always_inline int credit_renew(struct ecdn_xdp_credit *credit, __u32 batch,
					__u32 jiffy, int granted)
{
	if (granted)
		credit->tokens = batch - 1;
	else
		credit->denied = jiffy;
	return granted;
}

#endif
