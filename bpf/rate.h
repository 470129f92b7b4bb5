/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * rate.h - the limiter's arithmetic: sliding windows, token buckets, the state
 * machine of a region. Time is an argument and no helper is called, so that the
 * kernel, the readers of its maps and the unit tests run the same code.
 *
 * Measuring. A window keeps the counts of the current and the previous span and
 * assumes that the previous one came evenly: estimate = current + previous *
 * (what of the previous span the window still covers). A steady rate is
 * estimated exactly, a rate that starts at t in full from t + 2 spans on, and
 * nothing is estimated above what the last two spans really held.
 *
 * Every CPU adds up its own packets and hands them over when it sees the next
 * jiffy, so at any time what a window lacks is at most one jiffy's traffic of
 * each CPU: of a 1.07 s window 0.4 % at HZ=250, 1 % at HZ=100. It is late, and
 * judged as of when it came.
 *
 * A surge is declared when a rate is above its limit in the slow window, or
 * above the limit and a margin in the fast one. The fast one is what acts
 * within 2 * 34 ms and a jiffy; the margin, an eighth and 16 packets, is
 * what keeps the chance clusters of a rate near its limit from declaring one. As
 * loads are credited to the start of their jiffy, the fast window reads low by up
 * to jiffy / span, 12 % at HZ=250: what is sure to be acted on within 100 ms is a
 * rate above 1.3 times the limit plus 500 packets/s. Below that the slow window
 * finds it, in the time that the limit itself takes to be exceeded.
 *
 * Passing. A bucket is a GCRA (ITU-T I.371, A.1): spent_ns is the time up to
 * which tokens are spent. CPUs lease `batch` tokens at once, 1/256 s worth, so
 * that a packet rarely touches the shared bucket. The bucket saves up 67 ms of the
 * limit, or 16 tokens if that is more: a page's worth of packets comes at once, and
 * who sends no more than that must lose none. Over T seconds at most
 *     limit * (T + depth) + CPUs * batch
 * pass: with a limit above 256/s that is limit * (T + 0.067 + 0.0039 * CPUs).
 */
#ifndef BPF_RATE_H
#define BPF_RATE_H

#include "ecdn-xdp-maps.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define NS_PER_SECOND 1000000000ULL

#define RATE_SLOW_SPAN 30               /* 2^30 ns = 1.07 s */
#define RATE_FAST_SPAN 25               /* 2^25 ns = 34 ms */
#define RATE_MARGIN_PACKETS 16
#define RATE_MARGIN_BITS (16 * 1514 * 8)

#define BUCKET_BATCHES_PER_SECOND 256
#define BUCKET_DEPTH_NS (1ULL << 26)    /* 67 ms */
#define BUCKET_BURST 16

#define CREDIT_NEW 0xffffffff           /* more than any batch: clamped at first use */

static __always_inline void load_add(struct ecdn_xdp_load *to,
				     const struct ecdn_xdp_load *load)
{
	to->packets += load->packets;
	to->bits += load->bits;
	to->connections += load->connections;
}

static __always_inline void window_roll(struct ecdn_xdp_window *window, int span, __u64 now_ns)
{
	const struct ecdn_xdp_load nothing = {};
	__u64 number = now_ns >> span;

	if (number <= window->number)
		return;
	window->previous = number == window->number + 1 ? window->current : nothing;
	window->current = nothing;
	window->number = number;
}

/* What was measured at a time before the window is too old to matter. */
static __always_inline void window_add(struct ecdn_xdp_window *window, int span,
				       const struct ecdn_xdp_load *load, __u64 at_ns)
{
	__u64 number = at_ns >> span;

	window_roll(window, span, at_ns);
	if (number == window->number)
		load_add(&window->current, load);
	else if (number + 1 == window->number)
		load_add(&window->previous, load);
}

/* Ten bits of the span's fraction keep the product in 64 bits up to 100 Tbit/s. */
static __always_inline __u64 window_sum(__u64 current, __u64 previous, int span, __u64 now_ns)
{
	__u64 gone = (now_ns >> (span - 10)) & 1023;

	return current + (previous * (1024 - gone) >> 10);
}

static __always_inline struct ecdn_xdp_load
window_load(const struct ecdn_xdp_window *window, int span, __u64 now_ns)
{
	const struct ecdn_xdp_load *current = &window->current, *previous = &window->previous;
	struct ecdn_xdp_load load = {
		.packets = window_sum(current->packets, previous->packets, span, now_ns),
		.bits = window_sum(current->bits, previous->bits, span, now_ns),
		.connections = window_sum(current->connections, previous->connections,
					  span, now_ns),
	};

	return load;
}

/* What a rate per second comes to in 2^span ns; 953674 = 10^12 / 2^20. */
static __always_inline __u64 per_span(__u64 per_second, int span)
{
	return (per_second * 1000 / 953674 << 10 | per_second * 1000 % 953674 * 1024 / 953674) >>
	       (RATE_SLOW_SPAN - span);
}

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
	return above(slow->packets, limits->pps, RATE_SLOW_SPAN, 0) ||
	       above(slow->bits, limits->bps, RATE_SLOW_SPAN, 0) ||
	       above(slow->connections, limits->cps, RATE_SLOW_SPAN, 0) ||
	       above(fast->packets, limits->pps + limits->pps / 8, RATE_FAST_SPAN,
		     RATE_MARGIN_PACKETS) ||
	       above(fast->bits, limits->bps + limits->bps / 8, RATE_FAST_SPAN,
		     RATE_MARGIN_BITS) ||
	       above(fast->connections, limits->cps + limits->cps / 8, RATE_FAST_SPAN,
		     RATE_MARGIN_PACKETS);
}

/* At or above 80 % of a limit. */
static __always_inline int presses(const struct ecdn_xdp_load *slow,
				   const struct ecdn_xdp_limits *limits)
{
	return (limits->pps && slow->packets * 5 >= per_span(limits->pps, RATE_SLOW_SPAN) * 4) ||
	       (limits->bps && slow->bits * 5 >= per_span(limits->bps, RATE_SLOW_SPAN) * 4) ||
	       (limits->cps && slow->connections * 5 >= per_span(limits->cps, RATE_SLOW_SPAN) * 4);
}

static __always_inline void forget_surge(struct ecdn_xdp_rate *rate)
{
	rate->limited = 0;
	rate->below_ns = 0;
}

/* After a silence the windows were empty two slow spans after it began, not only now. */
static __always_inline void note_silence(struct ecdn_xdp_rate *rate, __u64 now_ns)
{
	__u64 empty_ns = rate->measured_ns + (2ULL << RATE_SLOW_SPAN);

	if (rate->limited && !rate->below_ns && now_ns >= empty_ns)
		rate->below_ns = empty_ns;
}

/* The fast window declares a surge, the slow one alone says how long it lasts. */
static __always_inline void judge_surge(struct ecdn_xdp_rate *rate,
					const struct ecdn_xdp_limits *limits, __u64 now_ns)
{
	struct ecdn_xdp_load slow = window_load(&rate->slow, RATE_SLOW_SPAN, now_ns);
	struct ecdn_xdp_load fast = window_load(&rate->fast, RATE_FAST_SPAN, now_ns);

	if (rate->limited && rate->below_ns && now_ns >= rate->below_ns &&
	    now_ns - rate->below_ns >= limits->hold_ns)
		forget_surge(rate);
	if (rate->limited && presses(&slow, limits)) {
		rate->below_ns = 0;
	} else if (rate->limited) {
		if (!rate->below_ns)
			rate->below_ns = now_ns;
	} else if (starts_surge(&slow, &fast, limits)) {
		rate->limited = 1;
		rate->limited_ns = now_ns;
	}
}

/*
 * Adds what a CPU measured at at_ns. The caller of these three holds the region's
 * lock, or a copy.
 */
static __always_inline void rate_add(struct ecdn_xdp_rate *rate,
				     const struct ecdn_xdp_load *load, __u64 at_ns)
{
	window_add(&rate->fast, RATE_FAST_SPAN, load, at_ns);
	window_add(&rate->slow, RATE_SLOW_SPAN, load, at_ns);
	if (load->packets && at_ns > rate->measured_ns)
		rate->measured_ns = at_ns;
}

/* The region's state by now, enum ecdn_xdp_state. */
static __always_inline __u32 rate_update(struct ecdn_xdp_rate *rate,
					 const struct ecdn_xdp_limits *limits, __u64 now_ns)
{
	const struct ecdn_xdp_window empty = {};

	if (rate->limited && limits->released_ns > rate->limited_ns) {
		forget_surge(rate);
		rate->fast = empty;
		rate->slow = empty;
	}
	note_silence(rate, now_ns);
	window_roll(&rate->fast, RATE_FAST_SPAN, now_ns);
	window_roll(&rate->slow, RATE_SLOW_SPAN, now_ns);

	if (limits->blocked || now_ns < limits->exempt_until_ns) {
		forget_surge(rate);
		return limits->blocked ? ECDN_XDP_STATE_BLOCKED : ECDN_XDP_STATE_EXEMPT;
	}
	judge_surge(rate, limits, now_ns);
	return rate->limited ? ECDN_XDP_STATE_LIMITED : ECDN_XDP_STATE_NORMAL;
}

/* When a region that sends nothing more is normal again: see note_silence(). */
static __always_inline __u64 rate_until(const struct ecdn_xdp_rate *rate,
					const struct ecdn_xdp_limits *limits, __u32 state)
{
	__u64 below_ns = rate->below_ns ?: rate->measured_ns + (2ULL << RATE_SLOW_SPAN);

	if (state == ECDN_XDP_STATE_EXEMPT)
		return limits->exempt_until_ns;
	if (state != ECDN_XDP_STATE_LIMITED || below_ns + limits->hold_ns < below_ns)
		return ~0ULL;
	return below_ns + limits->hold_ns;
}

/*
 * Readers take no lock, and may meet one member before the other: for them until_ns
 * counts while limited, where a former state's reads as "for good" or "over by now".
 */
static __always_inline void publish_state(struct ecdn_xdp_region_state *public,
					  const struct ecdn_xdp_rate *rate,
					  const struct ecdn_xdp_limits *limits, __u32 state,
					  __u64 now_ns)
{
	__u64 until_ns = rate_until(rate, limits, state);

	if (public->until_ns != until_ns)
		public->until_ns = until_ns;
	if (public->state != state) {
		public->since_ns = now_ns;
		public->state = state;
	}
}

/*
 * What a CPU measured since its last hand-over, at at_ns. After a silence that is
 * long ago, and the windows may have gone on without it: then it is judged by
 * itself, as pulses with pauses between them are a surge too. It is one jiffy's, so
 * never more than a window would have held.
 */
static __always_inline __u32 rate_hand_over(struct ecdn_xdp_rate *rate,
					    const struct ecdn_xdp_limits *limits,
					    const struct ecdn_xdp_load *load, __u64 at_ns,
					    __u64 now_ns)
{
	rate_add(rate, load, at_ns);
	if (now_ns - at_ns > 1ULL << RATE_FAST_SPAN) {
		if (!rate->limited && starts_surge(load, load, limits)) {
			rate->limited = 1;
			rate->limited_ns = at_ns;
		}
		if (rate->limited && presses(load, limits))
			rate->below_ns = at_ns;
	}
	return rate_update(rate, limits, now_ns);
}

/* Tokens a CPU leases at once; 0 where there is no limit. */
static __always_inline __u32 bucket_batch(__u64 limit)
{
	__u64 batch = limit / BUCKET_BATCHES_PER_SECOND;

	if (batch > 0x7fffffff)
		batch = 0x7fffffff;
	return batch ? batch : !!limit;
}

/* What a batch costs, in ns of the bucket. */
static __always_inline __u64 bucket_cost(__u64 limit, __u32 batch)
{
	return limit ? batch * NS_PER_SECOND / limit : 0;
}

/* What the bucket saves up. It must hold a lease and what a jiffy adds. */
static __always_inline __u64 bucket_depth(__u64 limit)
{
	__u64 burst_ns = limit ? BUCKET_BURST * NS_PER_SECOND / limit : 0;

	return burst_ns > BUCKET_DEPTH_NS ? burst_ns : BUCKET_DEPTH_NS;
}

/* Spends cost_ns if a bucket of that depth holds it. */
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
 * An empty bucket is asked again in the next jiffy: before that the clock does
 * not move.
 */
static __always_inline int credit_denied(const struct ecdn_xdp_credit *credit, __u32 jiffy)
{
	return credit->denied == jiffy;
}

/* The answer to a request for another batch, of which one token is spent. */
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
