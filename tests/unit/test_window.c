// SPDX-License-Identifier: BSD-2-Clause
/* The limiter's sliding windows, and rates per second as counts per span. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rate.h"

#define MS 1000000ULL
#define SECOND NS_PER_SECOND
/* Any time that is not the machine's first. */
#define START (1000 * SECOND + 123456789)
#define BITS (1000 * 8)         /* of the packets here */

static void test_per_span(void **state)
{
	(void)state;
	for (uint64_t rate = 1; rate < 200000000000000; rate = rate * 3 / 2 + 1) {
		for (int span = RATE_FAST_SPAN; span <= RATE_SLOW_SPAN;
		     span += RATE_SLOW_SPAN - RATE_FAST_SPAN) {
			unsigned __int128 exact = (unsigned __int128)rate << span;
			/* NOLINTNEXTLINE(bugprone-integer-division): parts are whole. */
			double parts = (double)per_span(rate, span) - (double)(exact / SECOND);

			assert_true(fabs(parts) <= 1 + (double)rate * 1e-6);
		}
		if (rate > 10000000000000)
			continue;
		assert_true(fabs((double)per_second(per_span(rate, RATE_SLOW_SPAN)) -
				 (double)rate) <= 1 + (double)rate * 2e-6);
	}
	assert_int_equal(per_span(0, RATE_SLOW_SPAN), 0);
}

/* A steady rate is estimated exactly, wherever in a span one asks. */
static void test_window_steady(void **state)
{
	const struct ecdn_xdp_load one = { .packets = 1, .bits = BITS, .connections = 2 };
	struct ecdn_xdp_window window = {};
	const uint64_t step = (1ULL << RATE_SLOW_SPAN) / 4096;

	(void)state;
	for (uint64_t t = START; t < START + 5 * SECOND; t += step) {
		struct ecdn_xdp_load load;

		window_add(&window, RATE_SLOW_SPAN, &one, t);
		load = window_load(&window, RATE_SLOW_SPAN, t);
		if (t < START + (2ULL << RATE_SLOW_SPAN))
			continue;
		assert_in_range(load.packets, 4096 - 5, 4096 + 5);
		assert_in_range(load.bits, 4091 * BITS, 4101 * BITS);
		assert_in_range(load.connections, 2 * 4091, 2 * 4101);
	}
}

static void test_window_forgets(void **state)
{
	const struct ecdn_xdp_load many = { .packets = 1000 }, nothing = {};
	const uint64_t span = 1ULL << RATE_FAST_SPAN, start = START / span * span;
	struct ecdn_xdp_window window = {};

	(void)state;
	window_add(&window, RATE_FAST_SPAN, &many, start);
	window_add(&window, RATE_FAST_SPAN, &nothing, start + span + span / 2);
	assert_int_equal(window_load(&window, RATE_FAST_SPAN, start + span + span / 2).packets,
			 500);
	window_add(&window, RATE_FAST_SPAN, &nothing, start + 2 * span);
	assert_int_equal(window_load(&window, RATE_FAST_SPAN, start + 2 * span).packets, 0);

	window_add(&window, RATE_FAST_SPAN, &many, start + 2 * span);
	window_add(&window, RATE_FAST_SPAN, &nothing, start + 9 * span);
	assert_int_equal(window_load(&window, RATE_FAST_SPAN, start + 9 * span).packets, 0);
}

/* What a CPU measured goes to the span in which it did, as long as that matters. */
static void test_window_late_cpu(void **state)
{
	const struct ecdn_xdp_load one = { .packets = 1 };
	const uint64_t span = 1ULL << RATE_FAST_SPAN, start = START / span * span;
	struct ecdn_xdp_window window = {};

	(void)state;
	window_add(&window, RATE_FAST_SPAN, &one, start);
	window_add(&window, RATE_FAST_SPAN, &one, start - 4 * MS);
	assert_int_equal(window.number, start / span);
	assert_int_equal(window.current.packets, 1);
	assert_int_equal(window.previous.packets, 1);
	window_add(&window, RATE_FAST_SPAN, &one, start - 2 * span);
	assert_int_equal(window.current.packets + window.previous.packets, 2);
	window_roll(&window, RATE_FAST_SPAN, start + span);
	assert_int_equal(window.current.packets, 0);
	assert_int_equal(window.previous.packets, 1);
}

/* 100 Tbit/s still fit. */
static void test_window_wide(void **state)
{
	const uint64_t bits = per_span(100000000000000, RATE_SLOW_SPAN);

	(void)state;
	assert_int_equal(window_sum(0, bits, RATE_SLOW_SPAN, START >> 30 << 30), bits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_per_span),
		cmocka_unit_test(test_window_steady),
		cmocka_unit_test(test_window_forgets),
		cmocka_unit_test(test_window_late_cpu),
		cmocka_unit_test(test_window_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
