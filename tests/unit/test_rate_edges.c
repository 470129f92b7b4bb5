// SPDX-License-Identifier: BSD-2-Clause
/*
 * The limiter's arithmetic where time or numbers are unusual: pulses, CPUs that
 * seldom have a packet, settings at the ends of their ranges.
 */
#include "rate_node.h"

#include "base/quantity.h"

/* Each pulse is handed over by the next one, when no window holds it any more. */
static void test_pulses_are_a_surge(void **state)
{
	static const uint64_t periods_ms[] = { 40, 100, 500, 1100, 2200, 5000, 9000 };

	(void)state;
	for (int i = 0; i < 7; i++) {
		struct node node = node_new(1, 250, limit_pps(1000));

		for (int pulse = 0; pulse < 4; pulse++)
			for (int n = 0; n < 40000; n++)
				node_packet(&node, START + pulse * periods_ms[i] * MS, 1);
		assert_int_equal(node.state, ECDN_XDP_STATE_LIMITED);
	}
}

/* The CPU that got the pulse says so late, and another one has gone on meanwhile. */
static void test_pulses_beside_another_cpu(void **state)
{
	struct node node = node_new(2, 250, limit_pps(1000));

	(void)state;
	for (int pulse = 0; pulse < 4; pulse++) {
		const uint64_t t = START + pulse * 2200 * MS;

		for (int n = 0; n < 40000; n++)
			node_packet_on(&node, 0, t, 1);
		for (uint64_t rare = t + 50 * MS; rare < t + 2200 * MS; rare += 100 * MS)
			node_packet_on(&node, 1, rare, 1);
	}
	assert_int_equal(node.state, ECDN_XDP_STATE_LIMITED);
}

/*
 * A CPU that seldom has a packet hands over late, when the others have moved the
 * windows on: what it adds is judged by what they hold, not by what they held.
 */
static void test_rare_cpu_is_no_surge(void **state)
{
	(void)state;
	for (uint64_t limit = 1000; limit <= 100000; limit *= 10)
		for (uint64_t gap = 20 * MS; gap <= 5 * SECOND; gap = gap * 2 + 7 * MS) {
			struct node node = node_new(2, 250, limit_pps(limit));
			uint64_t step = SECOND / (limit * 7 / 10), rare = START;

			for (uint64_t t = START; t < START + 12 * SECOND; t += step) {
				if (t >= rare) {
					node_packet_on(&node, 1, t, 1);
					rare += gap;
				}
				if (node_packet_on(&node, 0, t, 1) != ECDN_XDP_STATE_NORMAL)
					fail_msg("limit %llu, a packet each %llu ms: after %llu ms",
						 (unsigned long long)limit,
						 (unsigned long long)(gap / MS),
						 (unsigned long long)((t - START) / MS));
			}
		}
}

/* 60 packets in a jiffy, each 2 s, declare a surge; they do not keep one up. */
static void test_burst_does_not_prolong(void **state)
{
	const uint64_t quiet = START + 2 * SECOND, hold = 10 * SECOND;
	struct node node = surging_node(hold);
	uint64_t t = quiet, end = 0;

	(void)state;
	for (int burst = 0; !end && burst < 15; burst++, t += 2 * SECOND) {
		for (int n = 0; n < 60; n++)
			node_packet(&node, t, 1);
		end = node_send(&node, 100, t + 5 * MS, t + 2 * SECOND, ECDN_XDP_STATE_LIMITED);
	}
	assert_in_range(end, quiet + hold, quiet + hold + (2ULL << RATE_SLOW_SPAN) + 20 * MS);
}

/* What a CPU hands over late does not end a surge that others have kept up since. */
static void test_late_hand_over_does_not_shorten(void **state)
{
	const uint64_t quiet = START + 20 * SECOND, hold = 10 * SECOND;
	struct node node = surging_node(hold);
	uint64_t end;

	(void)state;
	for (int n = 0; n < 40000; n++)
		node_packet_on(&node, 1, START + 2 * SECOND, 1);
	for (uint64_t t = START + 2 * SECOND; t < quiet; t += MS / 10)
		node_packet_on(&node, 0, t, 1);
	for (uint64_t t = quiet; t < quiet + 5 * SECOND; t += 20 * MS)
		node_packet_on(&node, 0, t, 1);
	node_packet_on(&node, 1, quiet + 5 * SECOND, 1);
	for (end = quiet + 5 * SECOND; node.state == ECDN_XDP_STATE_LIMITED; end += 20 * MS)
		node_packet_on(&node, 0, end, 1);
	assert_in_range(end, quiet + hold, quiet + hold + (2ULL << RATE_SLOW_SPAN) + 50 * MS);
}

/* Times that do not fit 64 bits are never over, rather than at once. */
static void test_longest_hold(void **state)
{
	static const uint64_t holds[] = { INT64_MAX, UINT64_MAX - START, UINT64_MAX };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct node node = surging_node(holds[i]);
		uint64_t t = START + 2 * SECOND;

		assert_int_equal(node_send(&node, 100, t, t + 60 * SECOND,
					   ECDN_XDP_STATE_LIMITED), 0);
		assert_int_equal(node_packet(&node, t + 30 * 86400 * SECOND, 1),
				 ECDN_XDP_STATE_LIMITED);
	}
}

/* The state after a second at a rate that no test could send packet by packet. */
static uint32_t state_at(struct ecdn_xdp_limits limits, struct ecdn_xdp_load per_second)
{
	const uint64_t jiffy_ns = 4 * MS;
	struct ecdn_xdp_load load = {
		.packets = per_second.packets / 250, .bits = per_second.bits / 250,
		.connections = per_second.connections / 250,
	};
	struct ecdn_xdp_region_rate rates = {};
	uint32_t state = ECDN_XDP_STATE_MAX;

	for (uint64_t t = START; t < START + 5 * SECOND; t += jiffy_ns) {
		rate_hand_over(&rates.claimed, &limits, &load, t, t + jiffy_ns);
		state = rates_update(&rates, &limits, false, t + jiffy_ns);
	}
	return state;
}

static void test_highest_limits(void **state)
{
	const uint64_t high = QUANTITY_RATE_MAX / 100 * 108, low = QUANTITY_RATE_MAX / 100 * 98;
	const struct ecdn_xdp_limits limits[] = {
		{ .pps = QUANTITY_RATE_MAX, .hold_ns = SECOND }, { .bps = QUANTITY_RATE_MAX, .hold_ns = SECOND },
		{ .cps = QUANTITY_RATE_MAX, .hold_ns = SECOND },
	};
	const struct ecdn_xdp_load above[] = {
		{ .packets = high }, { .packets = 1, .bits = high },
		{ .packets = 1, .connections = high },
	};

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(state_at(limits[i], above[i]), ECDN_XDP_STATE_LIMITED);
	for (int i = 0; i < 3; i++)
		assert_int_equal(state_at(limits[i], (struct ecdn_xdp_load){ low, low, low }),
				 ECDN_XDP_STATE_NORMAL);
	assert_in_range(per_second(per_span(QUANTITY_RATE_MAX, RATE_SLOW_SPAN)), QUANTITY_RATE_MAX / 1000 * 999,
			QUANTITY_RATE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pulses_are_a_surge),
		cmocka_unit_test(test_pulses_beside_another_cpu),
		cmocka_unit_test(test_rare_cpu_is_no_surge),
		cmocka_unit_test(test_burst_does_not_prolong),
		cmocka_unit_test(test_late_hand_over_does_not_shorten),
		cmocka_unit_test(test_longest_hold),
		cmocka_unit_test(test_highest_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
