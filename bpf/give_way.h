/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * give_way.h - what is in force of limits that are learned, and when those of an hour give way to
 * those of the busiest hour: when no agent has renewed them in time, be it dead or stopped. No
 * process is needed for that. Time is an argument and no helper is called, as in rate.h.
 */
#ifndef BPF_GIVE_WAY_H
#define BPF_GIVE_WAY_H

#include "ecdn-xdp-maps.h"
#include "pure.h"

/* A learned limit is the busiest of an hour, of which a moment is nothing new. */
#define GIVE_WAY_GRACE_NS (3 * 1000000000ULL)

/* answer_cps, unless somebody sets it, is so many times the cps limit in force, and never under
 * the least, as people and their 513 need some. Without a cps limit it is what the kernel can
 * bear. */
#define GIVE_WAY_ANSWERS_PER_CPS 4
#define GIVE_WAY_ANSWERS_LEAST 100
#define GIVE_WAY_ANSWERS_ALL 200000

static __always_inline __u64 give_way_answers(__u64 cps)
{
	if (!cps)
		return GIVE_WAY_ANSWERS_ALL;
	cps *= GIVE_WAY_ANSWERS_PER_CPS;
	return cps < GIVE_WAY_ANSWERS_LEAST ? GIVE_WAY_ANSWERS_LEAST : cps;
}

/* Whether the learned limits in force have come to their end. */
static __always_inline int give_way_is_due(const struct ecdn_xdp_limits *limits, __u64 now_ns)
{
	return limits->learned_until_ns && now_ns >= limits->learned_until_ns;
}

/* Whether they have, and those of the busiest hour are in force. */
static __always_inline int give_way_is_done(const struct ecdn_xdp_limits *limits,
					    const struct ecdn_xdp_learned *row)
{
	return row->until_ns && !limits->learned_until_ns;
}

/* The least of a learned limit and of what caps it, where 0 is none. */
static __always_inline __u64 give_way_least(__u64 learned, __u64 cap)
{
	return learned && (!cap || learned < cap) ? learned : cap;
}

static __always_inline __u64 give_way_cap(const struct ecdn_xdp_limits *limits, __u32 own,
					  __u64 fixed, __u64 by_default)
{
	return limits->own & own ? fixed : by_default;
}

/* Puts the rates in force, and what follows from them. learned: row->learned or row->busiest. */
static __always_inline void give_way_set(struct ecdn_xdp_limits *limits,
					 const struct ecdn_xdp_limits *defaults,
					 const struct ecdn_xdp_learned *row, const __u64 *learned)
{
	__u64 pps = give_way_cap(limits, ECDN_XDP_OWN_PPS, row->fixed[0], defaults->pps);
	__u64 bps = give_way_cap(limits, ECDN_XDP_OWN_BPS, row->fixed[1], defaults->bps);
	__u64 cps = give_way_cap(limits, ECDN_XDP_OWN_CPS, row->fixed[2], defaults->cps);
	__u32 set = limits->own | defaults->own;

	limits->pps = give_way_least(learned[0], pps);
	limits->bps = give_way_least(learned[1], bps);
	limits->cps = give_way_least(learned[2], cps);
	if (!(set & ECDN_XDP_OWN_GRACE))
		limits->grace_ns = limits->pps != pps || limits->bps != bps ||
				   limits->cps != cps ? GIVE_WAY_GRACE_NS : defaults->grace_ns;
	if (!(set & ECDN_XDP_OWN_ANSWER_CPS))
		limits->answer_cps = give_way_answers(limits->cps);
}

/* The caller holds the region's lock, or has a copy of its limits. */
static __always_inline void give_way(struct ecdn_xdp_limits *limits,
				     const struct ecdn_xdp_limits *defaults,
				     const struct ecdn_xdp_learned *row, __u64 now_ns)
{
	if (!give_way_is_due(limits, now_ns))
		return;
	limits->learned_until_ns = 0;
	give_way_set(limits, defaults, row, row->busiest);
}

#endif
