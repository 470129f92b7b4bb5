// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "guard/limits.h"

static void assert_aggregate(const struct ecdn_xdp_limits *limits, uint64_t first, uint64_t second)
{
	assert_int_equal(limits->aggregate_pps[0], first);
	assert_int_equal(limits->aggregate_pps[1], second);
}

static void aggregate_parsed(void **state)
{
	static const char *const bad[] = {
		"", ",", "1,", ",1", "1,2,3", "1;2", "-1", "1 ,2", "k", "1000000001M",
		"00000000000000000000000000000000000001",
	};
	struct ecdn_xdp_limits limits = { .aggregate_pps = { 5, 6 } };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(limits_parse_aggregate(bad[i], limits.aggregate_pps), -EINVAL);
	assert_aggregate(&limits, 5, 6);
	assert_int_equal(limits_parse_aggregate("1.5k", limits.aggregate_pps), 0);
	assert_aggregate(&limits, 1500, 6000);
	assert_int_equal(limits_parse_aggregate("2k,1M", limits.aggregate_pps), 0);
	assert_aggregate(&limits, 2000, 1000000);
	assert_int_equal(limits_parse_aggregate("0,7", limits.aggregate_pps), 0);
	assert_aggregate(&limits, 0, 7);
	assert_int_equal(limits_parse_aggregate("0", limits.aggregate_pps), 0);
	assert_aggregate(&limits, 0, 0);
}

/* Of limits that stand alone. */
static void default_follows(void **state)
{
	static const struct { uint64_t cps, answer_cps; } cases[] = {
		{ 0, 200000 }, { 1, 100 }, { 25, 100 }, { 26, 104 }, { 100, 400 },
		{ 50000, 200000 }, { 1000000, 4000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ecdn_xdp_limits limits = { .cps = cases[i].cps, .own = LIMITS_CPS };

		limits_follow(&limits, NULL, NULL);
		assert_int_equal(limits.cps, cases[i].cps);
		assert_int_equal(limits.answer_cps, cases[i].answer_cps);
		assert_int_equal(limits.own, LIMITS_CPS);
		assert_int_equal(limits.hold_ns, LIMITS_DEFAULT_HOLD_NS);
		assert_int_equal(limits.grace_ns, LIMITS_DEFAULT_GRACE_NS);
		assert_int_equal(limits.shield_cps, LIMITS_DEFAULT_SHIELD_CPS);
		assert_aggregate(&limits, 4000, 16000);
	}
}

/* By the limit in force, whosesoever it is; but not what the default has set. */
static void region_follows(void **state)
{
	struct ecdn_xdp_limits defaults = { .cps = 200, .prefix_pps = 10,
					    .own = LIMITS_CPS | LIMITS_PREFIX_PPS };
	struct ecdn_xdp_limits region = { .blocked = 1, .released_ns = 3 };

	(void)state;
	limits_follow(&defaults, NULL, NULL);
	limits_follow(&region, &defaults, NULL);
	assert_int_equal(region.answer_cps, 800);
	assert_aggregate(&region, 40, 160);
	region.cps = 50;
	region.prefix_pps = 0;
	region.own = LIMITS_CPS | LIMITS_PREFIX_PPS;
	limits_follow(&region, &defaults, NULL);
	assert_int_equal(region.answer_cps, 200);
	assert_aggregate(&region, 0, 0);
	defaults.answer_cps = 7;
	defaults.aggregate_pps[0] = defaults.aggregate_pps[1] = 8;
	defaults.own |= LIMITS_ANSWER_CPS | LIMITS_AGGREGATE_PPS;
	limits_follow(&region, &defaults, NULL);
	assert_int_equal(region.answer_cps, 7);
	assert_aggregate(&region, 8, 8);
	region.answer_cps = 0;
	region.own |= LIMITS_ANSWER_CPS;
	limits_follow(&region, &defaults, NULL);
	assert_int_equal(region.answer_cps, 0);
	assert_int_equal(region.blocked, 1);
	assert_int_equal(region.released_ns, 3);
}

/* Of an earlier version's default nothing changes but what nobody had set. */
static void default_carried(void **state)
{
	struct ecdn_xdp_limits limits = {
		.pps = 5, .cps = 30, .prefix_pps = 1000, .answer_cps = 200000, .hold_ns = 10,
		.own = LIMITS_CPS,
	};

	(void)state;
	limits_carry(&limits);
	assert_int_equal(limits.own, LIMITS_PPS | LIMITS_CPS | LIMITS_HOLD);
	assert_int_equal(limits.pps, 5);
	assert_int_equal(limits.hold_ns, 10);
	assert_int_equal(limits.answer_cps, 120);
	assert_int_equal(limits.grace_ns, LIMITS_DEFAULT_GRACE_NS);
	limits.own = 0;
	limits.answer_cps = 0;
	limits.prefix_pps = 2;
	limits_carry(&limits);
	assert_int_equal(limits.answer_cps, 0);
	assert_int_equal(limits.prefix_pps, 2);
	assert_aggregate(&limits, 8, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aggregate_parsed),
		cmocka_unit_test(default_follows),
		cmocka_unit_test(region_follows),
		cmocka_unit_test(default_carried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
