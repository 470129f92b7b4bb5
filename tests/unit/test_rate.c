// SPDX-License-Identifier: BSD-2-Clause
/*
 * The limiter's arithmetic: when a surge begins, and when it ends.
 */
#include <math.h>

#include "rate_node.h"

static uint64_t random_state;

/* SplitMix64, from 0 to 1 */
static double random_unit(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return ((z ^ z >> 31) >> 11) * 0x1p-53;
}

static int seed_random(void **state)
{
	(void)state;
	random_state = 1;
	return 0;
}

static void node_poisson(struct node *node, double pps, uint64_t from_ns, uint64_t to_ns)
{
	double t = from_ns;

	while ((t -= log(1 - random_unit()) / pps * SECOND) < (double)to_ns)
		assert_int_equal(node_packet(node, t, 1), ECDN_XDP_STATE_NORMAL);
}

/*
 * What the fast window must see: an eighth and the margin above the limit, a
 * packet that each CPU still keeps, and what is lost as it is handed whole jiffies.
 */
static double certain_rate(uint64_t limit, uint64_t hz)
{
	const double span_ns = 1ULL << RATE_FAST_SPAN;

	return (limit * 1.125 + (RATE_MARGIN_PACKETS + 3) * SECOND / span_ns) *
	       (1 + (double)SECOND / hz / span_ns);
}

static void check_detection(uint64_t limit, double pps, unsigned int cpus, uint64_t hz)
{
	for (int phase = 0; phase < 16; phase++) {
		struct node node = node_new(cpus, hz, limit_pps(limit));
		uint64_t start = START + phase * (2ULL << RATE_FAST_SPAN) / 16 + phase * 777777;
		uint64_t found = node_send(&node, pps, start, start + SECOND,
					   ECDN_XDP_STATE_NORMAL);

		if (!found || found > start + 100 * MS)
			fail_msg("limit %llu, %.0f packets/s, %u CPUs, HZ %llu: after %lld ms",
				 (unsigned long long)limit, pps, cpus, (unsigned long long)hz,
				 found ? (long long)((found - start) / MS) : -1LL);
	}
}

static void test_surge_found_in_100_ms(void **state)
{
	static const double factors[] = { 1.3, 2, 5, 20, 100 };
	static const uint64_t hz[] = { 100, 250, 1000 };

	(void)state;
	for (uint64_t limit = 10; limit <= 100000; limit *= 10)
		for (int i = 0; i < 15; i++) {
			double pps = limit * factors[i / 3];

			if (pps < certain_rate(limit, hz[i % 3]))
				pps = certain_rate(limit, hz[i % 3]);
			for (unsigned int cpus = 1; cpus <= 2; cpus++)
				check_detection(limit, pps, cpus, hz[i % 3]);
		}
}

/* Bits and connections declare a surge as packets do. */
static void test_surge_of_any_kind(void **state)
{
	struct ecdn_xdp_limits limits[] = {
		{ .pps = 1000 }, { .bps = 1000 * BITS }, { .cps = 1000 },
	};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct node node = node_new(2, 250, limits[i]);
		uint64_t found;

		assert_int_equal(node_send(&node, 900, START, START + 5 * SECOND,
					   ECDN_XDP_STATE_NORMAL), 0);
		found = node_send(&node, 3000, START + 5 * SECOND, START + 6 * SECOND,
				  ECDN_XDP_STATE_NORMAL);
		assert_in_range(found, START + 5 * SECOND, START + 5 * SECOND + 100 * MS);
	}
}

/* A rate just above a limit that the fast window cannot tell from chance. */
static void test_slow_surge_found(void **state)
{
	(void)state;
	for (uint64_t limit = 10; limit <= 10000; limit *= 10) {
		struct node node = node_new(2, 250, limit_pps(limit));
		uint64_t found = node_send(&node, limit * 1.05 + 2, START, START + 10 * SECOND,
					   ECDN_XDP_STATE_NORMAL);

		assert_in_range(found, START, START + 3 * SECOND);
		node = node_new(2, 250, limit_pps(limit));
		assert_int_equal(node_send(&node, limit * 0.98 - 1, START, START + 10 * SECOND,
					   ECDN_XDP_STATE_NORMAL), 0);
	}
}

static void check_no_alarm(uint64_t limit, double pps, uint64_t seconds)
{
	struct node node = node_new(2, 250, limit_pps(limit));

	node_poisson(&node, pps, START, START + seconds * SECOND);
}

/*
 * Arrivals by chance at 70 % of the limit. A limit of 100/s or less is passed
 * by chance at that rate, as the windows then hold few packets: what those
 * bear without an alarm is less.
 */
static void test_chance_is_no_surge(void **state)
{
	(void)state;
	check_no_alarm(100000, 70000, 30);
	check_no_alarm(1000, 700, 3600);
	check_no_alarm(100, 50, 20000);
	check_no_alarm(10, 1, 100000);
}

/* Below 80 % for as long as hold, counted from when the window shows it. */
static void test_surge_ends_after_hold(void **state)
{
	const uint64_t quiet = START + 2 * SECOND, hold = 10 * SECOND;
	struct node node = surging_node(hold);
	uint64_t end = node_send(&node, 750, quiet, quiet + 20 * SECOND, ECDN_XDP_STATE_LIMITED);

	(void)state;
	assert_in_range(end, quiet + hold, quiet + hold + (2ULL << RATE_SLOW_SPAN) + 20 * MS);
	assert_int_equal(node_send(&node, 750, end + MS, end + 5 * SECOND,
				   ECDN_XDP_STATE_NORMAL), 0);
}

static void test_surge_stays_above_80_percent(void **state)
{
	struct node node = surging_node(2 * SECOND);

	(void)state;
	assert_int_equal(node_send(&node, 830, START + 2 * SECOND, START + 60 * SECOND,
				   ECDN_XDP_STATE_LIMITED), 0);
}

/* A second wave within hold makes hold begin anew. */
static void test_hold_begins_anew(void **state)
{
	struct node node = surging_node(10 * SECOND);
	uint64_t t = START + 2 * SECOND;

	(void)state;
	for (int wave = 0; wave < 3; wave++) {
		assert_int_equal(node_send(&node, 100, t, t + 9 * SECOND,
					   ECDN_XDP_STATE_LIMITED), 0);
		t += 9 * SECOND;
		assert_int_equal(node_send(&node, 5000, t, t + SECOND,
					   ECDN_XDP_STATE_LIMITED), 0);
		t += SECOND;
	}
	assert_int_equal(node_send(&node, 100, t, t + 10 * SECOND, ECDN_XDP_STATE_LIMITED), 0);
	assert_true(node_send(&node, 100, t + 10 * SECOND, t + 13 * SECOND,
			      ECDN_XDP_STATE_LIMITED));
}

/* Silence ends a surge too: by the first packet, or by who reads the state. */
static void test_silence_ends_surge(void **state)
{
	struct node node = surging_node(10 * SECOND);
	struct ecdn_xdp_region_rate early = node.rates, late = node.rates;
	const uint64_t empty = node.rates.claimed.measured_ns + (2ULL << RATE_SLOW_SPAN);

	(void)state;
	assert_in_range(node.rates.claimed.measured_ns, START + 2 * SECOND - 20 * MS, START + 2 * SECOND);
	assert_int_equal(rates_update(&early, &node.limits, false, empty + 10 * SECOND - MS),
			 ECDN_XDP_STATE_LIMITED);
	assert_int_equal(rates_update(&late, &node.limits, false, empty + 10 * SECOND + MS),
			 ECDN_XDP_STATE_NORMAL);
	assert_int_equal(node_packet(&node, empty + 3600 * SECOND, 1), ECDN_XDP_STATE_NORMAL);
}

/* A burst within a jiffy is handed over by the next packet: an hour late it is none. */
static void test_old_burst_is_no_surge(void **state)
{
	struct node node = node_new(1, 250, limit_pps(1000));

	(void)state;
	for (int i = 0; i < 2000; i++)
		node_packet(&node, START, 1);
	assert_int_equal(node_packet(&node, START + 3600 * SECOND, 1), ECDN_XDP_STATE_NORMAL);
	assert_int_equal(node_packet(&node, START + 3601 * SECOND, 1), ECDN_XDP_STATE_NORMAL);
}

/* ... but handed over at once it is one. */
static void test_burst_is_a_surge(void **state)
{
	struct node node = node_new(1, 250, limit_pps(1000));

	(void)state;
	for (int i = 0; i < 2000; i++)
		node_packet(&node, START, 1);
	assert_int_equal(node_packet(&node, START + 5 * MS, 1), ECDN_XDP_STATE_LIMITED);
}

static void test_release(void **state)
{
	struct node node = surging_node(3600 * SECOND);
	const uint64_t t = START + 2 * SECOND;
	uint64_t again;

	(void)state;
	node.limits.released_ns = START - SECOND;
	assert_int_equal(node_send(&node, 500, t, t + SECOND, ECDN_XDP_STATE_LIMITED), 0);
	node.limits.released_ns = t + SECOND;
	node_send(&node, 500, t + SECOND, t + SECOND + 20 * MS, ECDN_XDP_STATE_MAX);
	assert_int_equal(node_send(&node, 500, t + SECOND + 20 * MS, t + 9 * SECOND,
				   ECDN_XDP_STATE_NORMAL), 0);
	again = node_send(&node, 10000, t + 9 * SECOND, t + 10 * SECOND, ECDN_XDP_STATE_NORMAL);
	assert_in_range(again, t + 9 * SECOND, t + 9 * SECOND + 100 * MS);
	assert_int_equal(node_send(&node, 10000, again + MS, t + 12 * SECOND,
				   ECDN_XDP_STATE_LIMITED), 0);
}

static void test_exempt_and_blocked(void **state)
{
	struct node node = node_new(2, 250, limit_pps(1000));

	(void)state;
	node.limits.exempt_until_ns = START + 5 * SECOND;
	node_send(&node, 10000, START, START + 10 * MS, ECDN_XDP_STATE_MAX);
	assert_int_equal(node_send(&node, 10000, START + 10 * MS, START + 5 * SECOND,
				   ECDN_XDP_STATE_EXEMPT), 0);
	node_send(&node, 10000, START + 5 * SECOND, START + 5 * SECOND + 10 * MS,
		  ECDN_XDP_STATE_EXEMPT);
	assert_int_equal(node_send(&node, 10000, START + 5 * SECOND + 20 * MS,
				   START + 6 * SECOND, ECDN_XDP_STATE_LIMITED), 0);
	/* An exemption over a block that ends later. */
	node.limits.blocked = 1;
	node.limits.blocked_until_ns = START + 9 * SECOND;
	node.limits.exempt_until_ns = START + 8 * SECOND;
	node_send(&node, 10, START + 6 * SECOND, START + 7 * SECOND, ECDN_XDP_STATE_LIMITED);
	assert_int_equal(node_send(&node, 10, START + 7 * SECOND, START + 8 * SECOND,
				   ECDN_XDP_STATE_EXEMPT), 0);
	node_send(&node, 10, START + 8 * SECOND, START + 8 * SECOND + 200 * MS,
		  ECDN_XDP_STATE_EXEMPT);
	assert_int_equal(node_send(&node, 10, START + 8 * SECOND + 200 * MS, START + 9 * SECOND,
				   ECDN_XDP_STATE_BLOCKED), 0);
	node_send(&node, 10, START + 9 * SECOND, START + 10 * SECOND, ECDN_XDP_STATE_BLOCKED);
	assert_int_equal(node_send(&node, 10, START + 10 * SECOND, START + 12 * SECOND,
				   ECDN_XDP_STATE_NORMAL), 0);
}

/* One CPU's jiffy of 5,000 packets/s, by its clock. */
static uint32_t hand_over_jiffy(struct node *node, uint64_t now_ns)
{
	const struct ecdn_xdp_load load = { .packets = 20 };

	rate_hand_over(&node->rates.claimed, &node->limits, &load, now_ns - 4 * MS, now_ns);
	return rates_update(&node->rates, &node->limits, false, now_ns);
}

/* A CPU's clock is that of the beginning of its jiffy, so another one may have moved the windows on
 * to a span that has not begun by it. */
static void test_span_that_has_not_begun(void **state)
{
	const uint64_t border = 1000ULL << RATE_SLOW_SPAN;
	struct node node = node_new(2, 250, limit_pps(1000));

	(void)state;
	node.limits.grace_ns = SECOND;
	node.limits.hold_ns = 0;
	for (uint64_t now_ns = border - 4 * SECOND; now_ns < border - 4 * MS; now_ns += 4 * MS)
		node.state = hand_over_jiffy(&node, now_ns);
	assert_int_equal(node.state, ECDN_XDP_STATE_LIMITED);
	assert_int_equal(hand_over_jiffy(&node, border + MS / 2), ECDN_XDP_STATE_LIMITED);
	assert_int_equal(hand_over_jiffy(&node, border - MS), ECDN_XDP_STATE_LIMITED);
	assert_int_equal(hand_over_jiffy(&node, border + 4 * MS), ECDN_XDP_STATE_LIMITED);
}

static void test_no_limit_no_surge(void **state)
{
	struct node node = node_new(2, 250, limit_pps(0));

	(void)state;
	assert_int_equal(node_send(&node, 1e6, START, START + SECOND, ECDN_XDP_STATE_NORMAL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_surge_found_in_100_ms),
		cmocka_unit_test(test_surge_of_any_kind),
		cmocka_unit_test(test_slow_surge_found),
		cmocka_unit_test(test_chance_is_no_surge),
		cmocka_unit_test(test_surge_ends_after_hold),
		cmocka_unit_test(test_surge_stays_above_80_percent),
		cmocka_unit_test(test_hold_begins_anew),
		cmocka_unit_test(test_silence_ends_surge),
		cmocka_unit_test(test_old_burst_is_no_surge),
		cmocka_unit_test(test_burst_is_a_surge),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_exempt_and_blocked),
		cmocka_unit_test(test_span_that_has_not_begun),
		cmocka_unit_test(test_no_limit_no_surge),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
