// SPDX-License-Identifier: BSD-2-Clause
/*
 * The two measures of a region: what is claimed shields, what is proven limits once it has stood
 * for grace, each has its own end, and readers of what is published agree at every time.
 */
#include "hand_over.h"
#include "rate_node.h"

#define JIFFY (4 * MS)
#define LIMIT 1000

static uint64_t random_state = 1;

static uint64_t random_below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (random_state >> 33) % bound;
}

/* A region whose packets come evenly, by rates of both measures. */
struct region {
	struct ecdn_xdp_region_rate rates;
	struct ecdn_xdp_limits limits;
	uint64_t now_ns;
	uint64_t claimed_left, proven_left; /* of a packet, in parts of a second */
	uint32_t state;
	int shield;
};

static struct region region_new(uint64_t grace_ns, uint64_t hold_ns)
{
	struct region region = {
		.limits = { .cps = LIMIT, .grace_ns = grace_ns, .hold_ns = hold_ns },
		.now_ns = START - START % JIFFY, .shield = 1,
	};

	return region;
}

static struct ecdn_xdp_load load_of(uint64_t cps, uint64_t *left)
{
	uint64_t whole = *left + cps * JIFFY;
	struct ecdn_xdp_load load = { .connections = whole / SECOND };

	load.packets = load.connections;
	*left = whole % SECOND;
	return load;
}

/* One jiffy. What is proven has arrived, so it is claimed too. */
static uint32_t region_step(struct region *region, uint64_t forged_cps, uint64_t proven_cps)
{
	struct ecdn_xdp_load claimed = load_of(forged_cps + proven_cps, &region->claimed_left);
	struct ecdn_xdp_load proven = load_of(proven_cps, &region->proven_left);
	uint64_t at_ns = region->now_ns;

	region->now_ns += JIFFY;
	rate_hand_over(&region->rates.claimed, &region->limits, &claimed, at_ns, region->now_ns);
	rate_hand_over(&region->rates.proven, &region->limits, &proven, at_ns, region->now_ns);
	region->state = rates_update(&region->rates, &region->limits, region->shield,
				     region->now_ns);
	return region->state;
}

static void region_run(struct region *region, uint64_t forged_cps, uint64_t proven_cps,
		       uint64_t for_ns)
{
	for (uint64_t end_ns = region->now_ns + for_ns; region->now_ns < end_ns;)
		region_step(region, forged_cps, proven_cps);
}

/* Runs until the state is that one; for how long, or ~0 if it never was in the time. */
static uint64_t region_until(struct region *region, uint64_t forged_cps, uint64_t proven_cps,
			     uint32_t state, uint64_t most_ns)
{
	uint64_t start_ns = region->now_ns;

	while (region->now_ns < start_ns + most_ns)
		if (region_step(region, forged_cps, proven_cps) == state)
			return region->now_ns - start_ns;
	return UINT64_MAX;
}

static void test_forged_never_limits(void **state)
{
	(void)state;
	for (uint64_t factor = 2; factor <= 10000; factor *= 10) {
		struct region region = region_new(0, SECOND);

		assert_in_range(region_until(&region, factor * LIMIT, LIMIT / 2,
					     ECDN_XDP_STATE_SHIELDED, SECOND), 0, 100 * MS);
		assert_true(region_until(&region, factor * LIMIT, LIMIT / 2,
					 ECDN_XDP_STATE_LIMITED, 60 * SECOND) == UINT64_MAX);
		assert_int_equal(region.state, ECDN_XDP_STATE_SHIELDED);
	}
}

static void test_without_shield_claims_limit(void **state)
{
	struct region region = region_new(0, SECOND);

	(void)state;
	region.shield = 0;
	assert_in_range(region_until(&region, 10 * LIMIT, 0, ECDN_XDP_STATE_LIMITED, SECOND), 0,
			100 * MS);
}

static void test_proven_limits_after_grace(void **state)
{
	static const uint64_t graces[] = { 0, 500 * MS, SECOND, 3 * SECOND };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct region region = region_new(graces[i], SECOND);

		assert_in_range(region_until(&region, 0, 5 * LIMIT, ECDN_XDP_STATE_LIMITED,
					     10 * SECOND), graces[i], graces[i] + 300 * MS);
	}
}

/* A surge that pauses for a third of its time stands all the same, and a pulse of a tenth of a
 * second each second does not. */
static void test_pauses(void **state)
{
	struct region long_ones = region_new(SECOND, SECOND), pulses = long_ones;
	int limited = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		region_run(&long_ones, 0, 5 * LIMIT, 200 * MS);
		limited |= long_ones.state == ECDN_XDP_STATE_LIMITED;
		region_run(&long_ones, 0, 0, 100 * MS);
		region_run(&pulses, 0, 9 * LIMIT, 100 * MS);
		assert_int_not_equal(pulses.state, ECDN_XDP_STATE_LIMITED);
		region_run(&pulses, 0, 0, 900 * MS);
		assert_int_not_equal(pulses.state, ECDN_XDP_STATE_LIMITED);
	}
	assert_true(limited);
}

/* A tenth of a second at ten times the limit, with a quiet region before and after it. */
static void test_burst_has_grace(void **state)
{
	(void)state;
	for (int phase = 0; phase < 32; phase++) {
		struct region region = region_new(SECOND, SECOND);

		region_run(&region, 0, LIMIT / 2, 2 * SECOND + phase * 33 * MS);
		region_run(&region, 0, 10 * LIMIT, 100 * MS);
		assert_int_equal(region.state, ECDN_XDP_STATE_SHIELDED);
		assert_true(region_until(&region, 0, LIMIT / 2, ECDN_XDP_STATE_LIMITED,
					 10 * SECOND) == UINT64_MAX);
		assert_int_equal(region.state, ECDN_XDP_STATE_NORMAL);
	}
}

/* Connections so rare that each finds the fast window empty: they are above a limit all the same.
 * They are handed over as they come, as the program proven does. */
static void rare_connections(uint64_t limit, uint64_t gap_ns, uint64_t count,
			     struct ecdn_xdp_region_rate *rates, uint32_t *is)
{
	const struct ecdn_xdp_limits limits = {
		.cps = limit, .grace_ns = SECOND, .hold_ns = 10 * SECOND,
	};
	struct ecdn_xdp_region_cpu local = {};

	for (uint64_t i = 1; i <= count && *is != ECDN_XDP_STATE_LIMITED; i++) {
		uint64_t now_ns = START + i * gap_ns;

		hand_over_connection(rates, &local, &limits, now_ns);
		*is = rates_update(rates, &limits, true, now_ns);
	}
}

static void test_small_limits_have_an_end_of_grace(void **state)
{
	static const uint64_t limits[] = { 1, 2, 5 };

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		struct ecdn_xdp_region_rate rates = {};
		uint32_t is = ECDN_XDP_STATE_NORMAL;

		/* Ten a second for six seconds. */
		rare_connections(limits[i], 100 * MS, 60, &rates, &is);
		assert_int_equal(is, ECDN_XDP_STATE_LIMITED);
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		struct ecdn_xdp_region_rate rates = {};
		uint32_t is = ECDN_XDP_STATE_NORMAL;

		/* Half of the limit for a minute: no surge. */
		rare_connections(limits[i], 2 * SECOND / limits[i], 30 * limits[i], &rates, &is);
		assert_int_not_equal(is, ECDN_XDP_STATE_LIMITED);
	}
}

static void test_each_has_its_end(void **state)
{
	const uint64_t hold = 2 * SECOND, most = hold + (2ULL << RATE_SLOW_SPAN) + 20 * MS;
	struct region region = region_new(0, hold);

	(void)state;
	region_run(&region, 20 * LIMIT, 0, SECOND);
	assert_int_equal(region.state, ECDN_XDP_STATE_SHIELDED);
	region_run(&region, 20 * LIMIT, 5 * LIMIT, SECOND);
	assert_int_equal(region.state, ECDN_XDP_STATE_LIMITED);
	assert_in_range(region_until(&region, 20 * LIMIT, 0, ECDN_XDP_STATE_SHIELDED, 9 * SECOND),
			hold, most);
	assert_true(region_until(&region, 20 * LIMIT, 0, ECDN_XDP_STATE_NORMAL, 20 * SECOND) ==
		    UINT64_MAX);
	assert_in_range(region_until(&region, 0, 0, ECDN_XDP_STATE_NORMAL, 9 * SECOND), hold, most);
}

static void test_release_ends_both(void **state)
{
	struct region region = region_new(0, 3600 * SECOND);

	(void)state;
	region_run(&region, 20 * LIMIT, 5 * LIMIT, SECOND);
	assert_int_equal(region.state, ECDN_XDP_STATE_LIMITED);
	region.limits.released_ns = region.now_ns;
	region_step(&region, 0, 0);
	assert_int_equal(region.state, ECDN_XDP_STATE_NORMAL);
}

/* With no packet more, what was published tells at each time what the rates say. */
static void assert_agree(const struct region *region)
{
	struct ecdn_xdp_region_rate rates = region->rates;
	struct ecdn_xdp_region_state public = {};

	publish_state(&public, &rates, &region->limits, region->shield, region->state,
		      region->now_ns);
	for (uint64_t later = 0; later < 12 * SECOND; later += 37 * MS) {
		uint64_t at_ns = region->now_ns + later;
		uint32_t said = ecdn_xdp_state_at(&public, at_ns), is;

		rates = region->rates;
		is = rates_update(&rates, &region->limits, region->shield, at_ns);
		if (said != is)
			fail_msg("%llu ms later: published %u, is %u",
				 (unsigned long long)(later / MS), said, is);
	}
}

static void test_readers_agree(void **state)
{
	unsigned int seen[ECDN_XDP_STATE_MAX] = {};

	(void)state;
	for (int i = 0; i < 500; i++) {
		struct region region = region_new(random_below(3) * SECOND / 2,
						  random_below(6) * SECOND / 2);

		region.shield = random_below(4) > 0;
		for (int part = 0; part < 4; part++)
			region_run(&region, random_below(2) * 20 * LIMIT,
				   random_below(2) * 5 * LIMIT, random_below(2 * SECOND));
		seen[region.state]++;
		/* A surge that is within grace may go on to LIMITED by time alone, which is not
		 * published: who reads then serves, as he does while it is shielded. */
		if (region.state != ECDN_XDP_STATE_SHIELDED || !region.limits.grace_ns)
			assert_agree(&region);
	}
	assert_true(seen[ECDN_XDP_STATE_LIMITED] > 50 && seen[ECDN_XDP_STATE_SHIELDED] > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forged_never_limits),
		cmocka_unit_test(test_without_shield_claims_limit),
		cmocka_unit_test(test_proven_limits_after_grace),
		cmocka_unit_test(test_pauses),
		cmocka_unit_test(test_burst_has_grace),
		cmocka_unit_test(test_small_limits_have_an_end_of_grace),
		cmocka_unit_test(test_each_has_its_end),
		cmocka_unit_test(test_release_ends_both),
		cmocka_unit_test(test_readers_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
