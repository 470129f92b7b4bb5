/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * rate.h - what the limiter measures in its windows, and the states that a region goes
 * through by them. Time is an argument and no helper is called, so that the kernel, the
 * readers of its maps and the unit tests run the same code.
 *
 * Every CPU adds up its own packets and hands them over when it sees the next jiffy, so
 * at any time a window lacks at most one jiffy's traffic of each CPU: of a 1.07 s window
 * 0.4 % at HZ=250, 1 % at HZ=100. That traffic is not lost but late, and credited to the
 * time when it came. What a CPU has of a region so rarely that the windows have moved on is lost,
 * so connections that are made do not wait (hand_over.h).
 *
 * A surge is declared when a rate is above its limit in the slow window, or above the
 * limit and a margin in the fast one. The fast window acts within 2 * 34 ms and a jiffy;
 * the margin, an eighth and 16 packets, keeps the chance clusters of a rate near its
 * limit from declaring a surge. As loads are credited to the start of their jiffy, the
 * fast window reads low by up to jiffy / span, 12 % at HZ=250: a rate above 1.3 times
 * the limit plus 500 packets/s is sure to be acted on within 100 ms. Below that the slow
 * window finds it, in the time that the limit itself takes to be exceeded.
 *
 * A region has two rates: of what is claimed, which is what arrives and can be forged, and of
 * what is proven. A surge of claims shields the region, which refuses nobody. It is limited by
 * a surge of what is proven, where the host can tell (`shield`), else by one of claims, and in
 * both cases once the surge has stood for grace_ns. As the slow window still holds a burst a
 * second after it ended, that time is the one in which the fast window is at 80 % of a limit or
 * above. Half of the time in which not even the slow window is comes off it again: what pulses
 * above its limit on average is a surge too. Packets of a small limit are so rare that each finds
 * the fast window empty. So a surge also stands if the slow window has been there for grace_ns and
 * two of its spans without a pause: no burst of a moment stays in it for so long.
 */
#ifndef BPF_RATE_H
#define BPF_RATE_H

#include "ecdn-xdp-maps.h"
#include "forget.h"
#include "layer.h"
#include "pure.h"
#include "window.h"

#define RATE_SLOW_SPAN 30               /* 2^30 ns = 1.07 s */
#define RATE_FAST_SPAN 25               /* 2^25 ns = 34 ms */
#define RATE_MARGIN_PACKETS 16
#define RATE_MARGIN_BITS (16 * 1514 * 8)

enum rate_surge {
	SURGE_NONE,
	SURGE_DECLARED,
	SURGE_STANDS,                   /* it has stood for grace_ns */
};

/* The count that a rate per second comes to in 2^span ns; 953674 = 10^12 / 2^20. */
static __always_inline __u64 per_span(__u64 per_second, int span)
{
	return (per_second * 1000 / 953674 << 10 | per_second * 1000 % 953674 * 1024 / 953674) >>
	       (RATE_SLOW_SPAN - span);
}

/* The rate per second of a count in the slow span, for those who show it. */
static __always_inline __u64 per_second(__u64 in_slow_span)
{
	return in_slow_span / 1024000 * 953674 + in_slow_span % 1024000 * 953674 / 1024000;
}

static __always_inline int above(__u64 sum, __u64 limit, int span, __u64 margin)
{
	return limit && sum > per_span(limit, span) + margin;
}

static __always_inline int starts_surge(const struct ecdn_xdp_load *slow,
					const struct ecdn_xdp_load *fast,
					const struct ecdn_xdp_limits *limits)
{
	if (above(slow->packets, limits->pps, RATE_SLOW_SPAN, 0) ||
	    above(slow->bits, limits->bps, RATE_SLOW_SPAN, 0) ||
	    above(slow->connections, limits->cps, RATE_SLOW_SPAN, 0))
		return 1;
	forget_read();
	return above(fast->packets, limits->pps + limits->pps / 8, RATE_FAST_SPAN,
		     RATE_MARGIN_PACKETS) ||
	       above(fast->bits, limits->bps + limits->bps / 8, RATE_FAST_SPAN,
		     RATE_MARGIN_BITS) ||
	       above(fast->connections, limits->cps + limits->cps / 8, RATE_FAST_SPAN,
		     RATE_MARGIN_PACKETS);
}

/* 1 if the sum is at or above 80 % of a limit. */
static __always_inline int presses_limit(__u64 sum, __u64 limit, int span)
{
	return limit && sum && sum * 5 >= per_span(limit, span) * 4;
}

/* 1 if a rate is at or above 80 % of its limit, which keeps a surge going, else 0. */
static __always_inline int presses(const struct ecdn_xdp_load *load,
				   const struct ecdn_xdp_limits *limits, int span)
{
	return presses_limit(load->packets, limits->pps, span) ||
	       presses_limit(load->bits, limits->bps, span) ||
	       presses_limit(load->connections, limits->cps, span);
}

static __always_inline void declare_surge(struct ecdn_xdp_rate *rate, __u64 at_ns)
{
	rate->surge = SURGE_DECLARED;
	rate->surge_ns = at_ns;
	rate->judged_ns = at_ns;
	rate->pressed_us = 0;
}

static __always_inline void forget_surge(struct ecdn_xdp_rate *rate)
{
	rate->surge = SURGE_NONE;
	rate->below_ns = 0;
}

/* After a silence the windows have been empty since two slow spans after it began, though
 * nobody looked: the region has been below 80 % from then on. */
static __always_inline void note_silence(struct ecdn_xdp_rate *rate, __u64 now_ns)
{
	__u64 empty_ns = rate->measured_ns + (2ULL << RATE_SLOW_SPAN);

	if (rate->surge && !rate->below_ns && now_ns >= empty_ns)
		rate->below_ns = empty_ns;
}

/* Of a time in which nobody looked, no more counts than what the fast window remembers. */
static __always_inline __u64 pressed_most(__u64 passed_ns)
{
	return passed_ns < 2ULL << RATE_FAST_SPAN ? passed_ns : 2ULL << RATE_FAST_SPAN;
}

static __always_inline int outlasts_burst(const struct ecdn_xdp_rate *rate,
					  const struct ecdn_xdp_limits *limits, __u64 now_ns)
{
	return !rate->below_ns && now_ns > rate->surge_ns &&
	       now_ns - rate->surge_ns >= limits->grace_ns + (2ULL << RATE_SLOW_SPAN);
}

static __always_inline void judge_grace(struct ecdn_xdp_rate *rate,
					const struct ecdn_xdp_limits *limits,
					const struct ecdn_xdp_load *fast, __u64 now_ns)
{
	__u64 passed_ns = now_ns > rate->judged_ns ? now_ns - rate->judged_ns : 0;
	__u64 paused_us = passed_ns / 2000;

	if (presses(fast, limits, RATE_FAST_SPAN))
		rate->pressed_us += pressed_most(passed_ns) / 1000;
	else if (rate->below_ns)
		rate->pressed_us -= paused_us < rate->pressed_us ? paused_us : rate->pressed_us;
	rate->judged_ns += passed_ns / 1000 * 1000;
	forget_read();
	if (rate->pressed_us * 1000ULL >= limits->grace_ns || outlasts_burst(rate, limits, now_ns))
		rate->surge = SURGE_STANDS;
}

/* Either window declares a surge, the slow one alone tells how long it lasts. */
static __always_inline void judge_surge(struct ecdn_xdp_rate *rate,
					const struct ecdn_xdp_limits *limits, __u64 now_ns)
{
	struct ecdn_xdp_load slow = window_load(&rate->slow, RATE_SLOW_SPAN, now_ns);
	struct ecdn_xdp_load fast = window_load(&rate->fast, RATE_FAST_SPAN, now_ns);

	if (rate->surge && rate->below_ns && now_ns >= rate->below_ns &&
	    now_ns - rate->below_ns >= limits->hold_ns)
		forget_surge(rate);
	forget_read();
	if (rate->surge && presses(&slow, limits, RATE_SLOW_SPAN)) {
		rate->below_ns = 0;
	} else if (rate->surge) {
		if (!rate->below_ns)
			rate->below_ns = now_ns;
		/* What comes back within its grace has to outlast a burst from then on. */
		if (rate->surge == SURGE_DECLARED)
			rate->surge_ns = now_ns;
	} else if (starts_surge(&slow, &fast, limits)) {
		declare_surge(rate, now_ns);
	}
	forget_read();
	if (rate->surge == SURGE_DECLARED)
		judge_grace(rate, limits, &fast, now_ns);
}

/*
 * Adds what a CPU measured at at_ns. The caller of this and of all below that change a rate
 * holds the region's lock, or has a copy of its rates.
 */
static __always_inline void rate_add(struct ecdn_xdp_rate *rate,
				     const struct ecdn_xdp_load *load, __u64 at_ns)
{
	window_add(&rate->fast, RATE_FAST_SPAN, load, at_ns);
	window_add(&rate->slow, RATE_SLOW_SPAN, load, at_ns);
	if ((load->packets || load->connections) && at_ns > rate->measured_ns)
		rate->measured_ns = at_ns;
}

/* Adds the load that a CPU measured at at_ns, its last hand-over. After a silence at_ns is long
 * ago, and the windows may have moved on, by others, too: then the load is judged by itself, as
 * pulses with pauses between them are a surge too. It is the load of one jiffy, so never more than
 * a window would have held. */
static __always_inline void rate_hand_over(struct ecdn_xdp_rate *rate,
					   const struct ecdn_xdp_limits *limits,
					   const struct ecdn_xdp_load *load, __u64 at_ns,
					   __u64 now_ns)
{
	rate_add(rate, load, at_ns);
	if (now_ns - at_ns <= 1ULL << RATE_FAST_SPAN)
		return;
	if (!rate->surge && starts_surge(load, load, limits))
		declare_surge(rate, at_ns);
	if (rate->surge && (rate->below_ns ?: rate->measured_ns) <= at_ns &&
	    presses(load, limits, RATE_SLOW_SPAN))
		rate->below_ns = at_ns;
}

/* Brings a rate up to now_ns. */
static __always_inline void rate_update(struct ecdn_xdp_rate *rate,
					const struct ecdn_xdp_limits *limits, __u64 now_ns)
{
	const struct ecdn_xdp_window empty = {};

	if (rate->surge && limits->released_ns > rate->surge_ns) {
		forget_surge(rate);
		rate->fast = empty;
		rate->slow = empty;
	}
	note_silence(rate, now_ns);
	window_roll(&rate->fast, RATE_FAST_SPAN, now_ns);
	window_roll(&rate->slow, RATE_SLOW_SPAN, now_ns);
	if (layer_exempt(limits, now_ns) || layer_blocked(limits, now_ns))
		forget_surge(rate);
	else
		judge_surge(rate, limits, now_ns);
	forget_read();
}

/* The state that follows from the surges of both rates, enum rate_surge. */
static __always_inline __u32 rates_state(const struct ecdn_xdp_limits *limits, __u32 claimed,
					 __u32 proven, int shield, __u64 now_ns)
{
	if (layer_exempt(limits, now_ns))
		return ECDN_XDP_STATE_EXEMPT;
	if (layer_blocked(limits, now_ns))
		return ECDN_XDP_STATE_BLOCKED;
	if ((shield ? proven : claimed) == SURGE_STANDS)
		return ECDN_XDP_STATE_LIMITED;
	return claimed || proven ? ECDN_XDP_STATE_SHIELDED : ECDN_XDP_STATE_NORMAL;
}

/* Brings both rates up to now_ns. Returns the region's state then, enum ecdn_xdp_state. */
static __always_inline __u32 rates_update(struct ecdn_xdp_region_rate *rates,
					  const struct ecdn_xdp_limits *limits, int shield,
					  __u64 now_ns)
{
	rate_update(&rates->claimed, limits, now_ns);
	rate_update(&rates->proven, limits, now_ns);
	return rates_state(limits, rates->claimed.surge, rates->proven.surge, shield, now_ns);
}

/* When a surge ends if nothing more comes, see note_silence(). ~0: never; 0: there is none. */
static __always_inline __u64 rate_end(const struct ecdn_xdp_rate *rate,
				      const struct ecdn_xdp_limits *limits)
{
	__u64 below_ns = rate->below_ns ?: rate->measured_ns + (2ULL << RATE_SLOW_SPAN);

	if (!rate->surge)
		return 0;
	return below_ns + limits->hold_ns < below_ns ? ~0ULL : below_ns + limits->hold_ns;
}

static __always_inline __u64 rates_later(__u64 one_ns, __u64 other_ns)
{
	return one_ns > other_ns ? one_ns : other_ns;
}

/* When a region in that state leaves it if it sends nothing more; ~0 in the states that do not
 * end by themselves. */
static __always_inline __u64 rates_until(const struct ecdn_xdp_region_rate *rates,
					 const struct ecdn_xdp_limits *limits, int shield,
					 __u32 state)
{
	if (state == ECDN_XDP_STATE_EXEMPT)
		return limits->exempt_until_ns;
	if (state == ECDN_XDP_STATE_BLOCKED)
		return layer_block_end(limits);
	if (state == ECDN_XDP_STATE_LIMITED)
		return rate_end(shield ? &rates->proven : &rates->claimed, limits);
	if (state == ECDN_XDP_STATE_SHIELDED)
		return rates_later(rate_end(&rates->claimed, limits),
				   rate_end(&rates->proven, limits));
	return ~0ULL;
}

/* The state that follows then. */
static __always_inline __u32 rates_next(const struct ecdn_xdp_region_rate *rates,
					const struct ecdn_xdp_limits *limits, int shield,
					__u32 state)
{
	if (state == ECDN_XDP_STATE_EXEMPT && layer_blocked_next(limits))
		return ECDN_XDP_STATE_BLOCKED;
	if (state == ECDN_XDP_STATE_LIMITED && shield &&
	    rate_end(&rates->claimed, limits) > rate_end(&rates->proven, limits))
		return ECDN_XDP_STATE_SHIELDED;
	return ECDN_XDP_STATE_NORMAL;
}

/* When that state ends in turn; ~0: not by itself. */
static __always_inline __u64 rates_next_until(const struct ecdn_xdp_region_rate *rates,
					      const struct ecdn_xdp_limits *limits, __u32 next)
{
	if (next == ECDN_XDP_STATE_BLOCKED)
		return layer_block_end(limits);
	return next == ECDN_XDP_STATE_SHIELDED ? rate_end(&rates->claimed, limits) : ~0ULL;
}

/*
 * Readers take no lock and may see a new state with an old until_ns or `next`, for as long as
 * these stores take: a stale one ends a state early or late by that time alone.
 */
static __always_inline void publish_state(struct ecdn_xdp_region_state *public,
					  const struct ecdn_xdp_region_rate *rates,
					  const struct ecdn_xdp_limits *limits, int shield,
					  __u32 state, __u64 now_ns)
{
	__u64 until_ns = rates_until(rates, limits, shield, state);
	__u32 next = rates_next(rates, limits, shield, state);
	__u64 next_until_ns = rates_next_until(rates, limits, next);

	if (public->next_until_ns != next_until_ns)
		public->next_until_ns = next_until_ns;
	if (public->next != next)
		public->next = next;
	if (public->until_ns != until_ns)
		public->until_ns = until_ns;
	if (public->state != state) {
		public->since_ns = now_ns;
		public->state = state;
	}
}

#endif
