/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * change.h - a change of a region's state: from what to what, and which rate did it. Time is an
 * argument and no helper is called, so that the kernel, the readers of its maps and the unit tests
 * run the same code.
 *
 * A state may end while no packet comes, and readers hold it for ended from until_ns on. So before
 * the next packet, however late, judges the region, what is published is brought to the state that
 * has followed, as of the time at which it did. A packet that comes soon after that time ends the
 * state itself: readers wait for CHANGE_SILENCE_NS before they tell an end by silence.
 */
#ifndef BPF_CHANGE_H
#define BPF_CHANGE_H

#include "rate.h"

#define CHANGE_SOON_NS (1ULL << RATE_FAST_SPAN)
#define CHANGE_SILENCE_NS (4 * CHANGE_SOON_NS)

struct change {
	__u64 time_ns;
	__u64 until_ns;         /* of the new state; 0: unknown */
	__u64 rate;
	__u64 limit;
	__u64 share;            /* rate / limit, in 1024ths */
	__u32 from, to;         /* enum ecdn_xdp_state */
	__u32 measure;          /* enum ecdn_xdp_measure */
	__u32 proven;           /* 1: the rate is of what is proven */
	__u32 silent;           /* 1: the state ended while no packet came */
};

/* 1 if what is published was over that long ago. */
static __always_inline int change_is_over(const struct ecdn_xdp_region_state *public,
					  __u64 now_ns, __u64 ago_ns)
{
	return public->until_ns < now_ns - ago_ns && public->until_ns && now_ns > ago_ns &&
	       public->state != ECDN_XDP_STATE_NORMAL;
}

/*
 * Publishes the state that has followed by itself, or where that is over too, the next one. The
 * caller holds the region's lock, or has copies.
 */
static __always_inline void change_follow(struct change *change,
					  struct ecdn_xdp_region_state *public,
					  const struct ecdn_xdp_region_rate *rates,
					  const struct ecdn_xdp_limits *limits, int shield,
					  __u64 now_ns)
{
	__u64 at_ns = public->until_ns, until_ns;
	__u32 state = public->next;

	until_ns = rates_until(rates, limits, shield, state);
	if (state != ECDN_XDP_STATE_NORMAL && until_ns > at_ns && until_ns <= now_ns) {
		at_ns = until_ns;
		state = rates_next(rates, limits, shield, state);
		until_ns = rates_until(rates, limits, shield, state);
	}
	change->from = public->state;
	change->to = state;
	change->silent = 1;
	change->time_ns = rates_later(at_ns, public->since_ns + 1);
	change->until_ns = until_ns;
	public->next = rates_next(rates, limits, shield, state);
	public->until_ns = until_ns;
	public->since_ns = change->time_ns;
	public->state = state;
}

/*
 * Called once a state is published: two changes of a region never have the same time, though
 * clocks of CPUs differ by a jiffy. before, before_ns: the state before, and its since_ns.
 */
static __always_inline void change_time(struct ecdn_xdp_region_state *public, __u32 before,
					__u64 before_ns)
{
	if (public->state != before && public->since_ns <= before_ns)
		public->since_ns = before_ns + 1;
}

/*
 * When the change to a state was, which was published before. Another one may have been published
 * since, of a later time. The caller holds the region's lock.
 */
static __always_inline void change_date(struct change *change,
					const struct ecdn_xdp_region_state *public)
{
	change->time_ns = public->since_ns - (public->state != change->to);
	change->until_ns = public->state == change->to ? public->until_ns : 0;
}

/* What is the greatest share of its limit made the change. */
static __always_inline void change_weigh(struct change *change, __u32 measure, __u64 slow,
					 __u64 fast, __u64 limit)
{
	__u64 sum = rates_later(slow, fast << (RATE_SLOW_SPAN - RATE_FAST_SPAN)), rate, share;

	if (!limit || !sum)
		return;
	rate = per_second(sum);
	share = (rate << 10) / limit;
	if (change->measure && share <= change->share)
		return;
	change->measure = measure;
	change->rate = rate;
	change->limit = limit;
	change->share = share;
}

/* 1 if a rate made the change, and not one that fell. */
static __always_inline int change_rises(const struct change *change)
{
	return change->to == ECDN_XDP_STATE_LIMITED ||
	       (change->to == ECDN_XDP_STATE_SHIELDED && change->from != ECDN_XDP_STATE_LIMITED);
}

/* Finds the rate that made a change. The caller holds the region's lock, or has copies. */
static __always_inline void change_explain(struct change *change,
					   const struct ecdn_xdp_region_rate *rates,
					   const struct ecdn_xdp_limits *limits, int shield)
{
	const struct ecdn_xdp_rate *rate = &rates->claimed;
	struct ecdn_xdp_load slow, fast;

	change->proven = change->to == ECDN_XDP_STATE_LIMITED ? shield : !rates->claimed.surge;
	if (change->proven)
		rate = &rates->proven;
	slow = window_load(&rate->slow, RATE_SLOW_SPAN, change->time_ns);
	fast = window_load(&rate->fast, RATE_FAST_SPAN, change->time_ns);
	change_weigh(change, ECDN_XDP_MEASURE_PPS, slow.packets, fast.packets, limits->pps);
	change_weigh(change, ECDN_XDP_MEASURE_BPS, slow.bits, fast.bits, limits->bps);
	change_weigh(change, ECDN_XDP_MEASURE_CPS, slow.connections, fast.connections,
		     limits->cps);
}

static __always_inline int change_between(__u32 state)
{
	return state == ECDN_XDP_STATE_NORMAL || state == ECDN_XDP_STATE_SHIELDED;
}

/* 1 if the region went from NORMAL to SHIELDED or back. */
static __always_inline int change_flaps(const struct change *change)
{
	return change_between(change->from) && change_between(change->to);
}

#endif
