/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * window.h - sliding windows of loads. Time is an argument and no helper is called, as in rate.h.
 *
 * A window keeps the counts of the current and the previous span and assumes that the
 * previous one came evenly: estimate = current + previous * (the part of the previous
 * span that the window still covers). A steady rate is estimated exactly, a rate that
 * starts at t in full from t + 2 spans on, and nothing is estimated above what the last
 * two spans really held.
 */
#ifndef BPF_WINDOW_H
#define BPF_WINDOW_H

#include "ecdn-xdp-maps.h"
#include "pure.h"

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

/* Adds what was measured at at_ns. What is older than both spans no longer matters. */
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

/* The estimate of one count. The fraction of the span that is over has ten bits, which
 * keep the product in 64 bits up to 100 Tbit/s. */
static __always_inline __u64 window_sum(__u64 current, __u64 previous, int span, __u64 now_ns)
{
	__u64 gone = (now_ns >> (span - 10)) & 1023;

	return current + (previous * (1024 - gone) >> 10);
}

/* The time at which a window is read: where the CPU's clock is behind another one's, which has
 * moved the window on, that is the beginning of its span. Without a branch, which a verifier would
 * follow both ways. */
static __always_inline __u64 window_time(const struct ecdn_xdp_window *window, int span,
					 __u64 now_ns)
{
	__u64 begins_ns = window->number << span;

	return now_ns + ((begins_ns - now_ns) & ~sign_mask(begins_ns - now_ns));
}

static __always_inline struct ecdn_xdp_load
window_load(const struct ecdn_xdp_window *window, int span, __u64 at_ns)
{
	const struct ecdn_xdp_load *current = &window->current, *previous = &window->previous;
	__u64 now_ns = window_time(window, span, at_ns);
	struct ecdn_xdp_load load = {
		.packets = window_sum(current->packets, previous->packets, span, now_ns),
		.bits = window_sum(current->bits, previous->bits, span, now_ns),
		.connections = window_sum(current->connections, previous->connections,
					  span, now_ns),
	};

	return load;
}

#endif
