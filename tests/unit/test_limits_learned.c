// SPDX-License-Identifier: BSD-2-Clause
/* What is in force of limits that are learned: the least of what was learned and of what the
 * operator has set, and the grace that goes with it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "guard/limits.h"

#define SECOND 1000000000ULL

static struct ecdn_xdp_limits defaults, limits;
static struct limits_learned learned;

static int begin(void **state)
{
	(void)state;
	defaults = limits = (struct ecdn_xdp_limits){};
	learned = (struct limits_learned){};
	limits_follow(&defaults, NULL, NULL);
	limits_follow(&limits, &defaults, &learned.row);
	return 0;
}

static void change(unsigned int what, const struct ecdn_xdp_limits *values, bool learns)
{
	struct limits_change wanted = { .what = what, .learns = learns };

	if (values)
		wanted.limits = *values;
	limits_change_values(&limits, &learned, &wanted, &defaults);
}

static void change_default(unsigned int what, const struct ecdn_xdp_limits *values, bool learns)
{
	struct limits_change wanted = { .what = what, .learns = learns };

	if (values)
		wanted.limits = *values;
	limits_change_values(&defaults, NULL, &wanted, NULL);
	limits_follow(&limits, &defaults, &learned.row);
}

static void learn(uint64_t pps, uint64_t bps, uint64_t cps)
{
	learned.row.learned[0] = pps;
	learned.row.learned[1] = bps;
	learned.row.learned[2] = cps;
	limits_follow(&limits, &defaults, &learned.row);
}

static void assert_rates(uint64_t pps, uint64_t bps, uint64_t cps)
{
	assert_int_equal(limits.pps, pps);
	assert_int_equal(limits.bps, bps);
	assert_int_equal(limits.cps, cps);
}

static void least_holds(void **state)
{
	static const struct { uint64_t learned, fixed, by_default, holds; } cases[] = {
		{ 0, 0, 0, 0 }, { 5, 0, 0, 5 }, { 0, 7, 0, 7 }, { 0, 0, 9, 9 }, { 5, 7, 0, 5 },
		{ 8, 7, 0, 7 }, { 5, 0, 9, 5 }, { 10, 0, 9, 9 }, { 8, 7, 3, 7 }, { 8, 7, 9, 7 },
		{ 7, 7, 0, 7 }, { 9, 0, 9, 9 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin(state);
		change_default(cases[i].by_default ? LIMITS_PPS : 0,
			       &(struct ecdn_xdp_limits){ .pps = cases[i].by_default }, false);
		change(LIMITS_AUTO | (cases[i].fixed ? LIMITS_PPS : 0),
		       &(struct ecdn_xdp_limits){ .pps = cases[i].fixed }, true);
		learn(cases[i].learned, 0, 0);
		assert_rates(cases[i].holds, 0, 0);
		assert_int_equal(limits.grace_ns, cases[i].holds &&
				 cases[i].holds == cases[i].learned &&
				 cases[i].holds != cases[i].fixed &&
				 cases[i].holds != cases[i].by_default ? 3 * SECOND : SECOND);
	}
}

/* An own 0 says that nothing caps it, whatever the default says. */
static void own_without_limit(void **state)
{
	(void)state;
	change_default(LIMITS_PPS, &(struct ecdn_xdp_limits){ .pps = 9 }, false);
	change(LIMITS_AUTO | LIMITS_PPS, NULL, true);
	assert_rates(0, 0, 0);
	learn(20, 0, 0);
	assert_rates(20, 0, 0);
}

static void each_measure(void **state)
{
	(void)state;
	change(LIMITS_AUTO | LIMITS_CPS, &(struct ecdn_xdp_limits){ .cps = 100 }, true);
	learn(10, 20, 30);
	assert_rates(10, 20, 30);
	assert_int_equal(limits.answer_cps, 120);
	learn(10, 0, 300);
	assert_rates(10, 0, 100);
	assert_int_equal(limits.answer_cps, 400);
	learn(0, 0, 0);
	assert_rates(0, 0, 100);
	assert_int_equal(limits.grace_ns, SECOND);
}

static void grace_of_ones_own(void **state)
{
	(void)state;
	change(LIMITS_AUTO, NULL, true);
	learn(10, 0, 0);
	assert_int_equal(limits.grace_ns, 3 * SECOND);
	change(LIMITS_GRACE, &(struct ecdn_xdp_limits){ .grace_ns = SECOND / 2 }, false);
	assert_int_equal(limits.grace_ns, SECOND / 2);
	begin(state);
	change(LIMITS_AUTO, NULL, true);
	learn(10, 0, 0);
	change_default(LIMITS_GRACE, &(struct ecdn_xdp_limits){ .grace_ns = 0 }, false);
	assert_int_equal(limits.grace_ns, 0);
}

/* What was learned stays as long as the region is auto, whatever else is changed. */
static void changes_keep(void **state)
{
	(void)state;
	change(LIMITS_PPS, &(struct ecdn_xdp_limits){ .pps = 50 }, false);
	assert_false(learned.has);
	change(LIMITS_AUTO, NULL, true);
	assert_true(learned.has);
	assert_true(learned.row.since_ns);
	assert_int_equal(learned.row.fixed[0], 50);
	learn(10, 0, 0);
	change(LIMITS_EXEMPT, NULL, false);
	change(LIMITS_AUTO, NULL, true);
	assert_rates(10, 0, 0);
	change(LIMITS_PPS, &(struct ecdn_xdp_limits){ .pps = 8 }, false);
	assert_rates(8, 0, 0);
	assert_int_equal(learned.row.learned[0], 10);
	change(LIMITS_PPS, &(struct ecdn_xdp_limits){ .pps = 40 }, false);
	assert_rates(10, 0, 0);
	assert_int_equal(limits.own, LIMITS_PPS | LIMITS_AUTO);
	change(LIMITS_AUTO, NULL, false);
	assert_rates(40, 0, 0);
	assert_int_equal(limits.own, LIMITS_PPS);
	assert_false(learned.has);
	assert_int_equal(learned.row.learned[0], 0);
	change(LIMITS_AUTO, NULL, true);
	learn(10, 0, 0);
	change(LIMITS_CLEAR, NULL, false);
	assert_rates(0, 0, 0);
	assert_int_equal(limits.own, 0);
	assert_false(learned.has);
}

/* Of all regions that have no rate of their own. */
static void default_learns(void **state)
{
	(void)state;
	change_default(LIMITS_AUTO | LIMITS_PPS, &(struct ecdn_xdp_limits){ .pps = 30 }, true);
	assert_true(limits_learned_is_auto(&limits, &defaults));
	assert_int_equal(limits.own, 0);
	assert_rates(30, 0, 0);
	learn(10, 20, 0);
	assert_rates(10, 20, 0);
	assert_int_equal(limits.grace_ns, 3 * SECOND);
	change(LIMITS_HOLD, &(struct ecdn_xdp_limits){ .hold_ns = 5 }, false);
	assert_true(limits_learned_is_auto(&limits, &defaults));
	change(LIMITS_CPS, &(struct ecdn_xdp_limits){ .cps = 7 }, false);
	assert_false(limits_learned_is_auto(&limits, &defaults));
	assert_rates(30, 0, 7);
	assert_int_equal(limits.grace_ns, SECOND);
	change(LIMITS_AUTO, NULL, true);
	learn(10, 0, 9);
	assert_rates(10, 0, 7);
	change_default(LIMITS_AUTO, NULL, false);
	assert_rates(10, 0, 7);
	change_default(LIMITS_CLEAR, NULL, false);
	assert_rates(10, 0, 7);
}

/* What no agent has renewed: the guard gives way, and no command takes it back. */
static void gives_way(void **state)
{
	(void)state;
	change(LIMITS_AUTO | LIMITS_CPS, &(struct ecdn_xdp_limits){ .cps = 500 }, true);
	learned.row.busiest[0] = 80;
	learned.row.busiest[1] = 90;
	learned.row.busiest[2] = 700;
	learned.row.until_ns = limits.learned_until_ns = 1000;
	learn(10, 20, 30);
	assert_rates(10, 20, 30);
	assert_int_equal(limits.answer_cps, 120);
	give_way(&limits, &defaults, &learned.row, 999);
	assert_rates(10, 20, 30);
	assert_int_equal(limits.learned_until_ns, 1000);
	give_way(&limits, &defaults, &learned.row, 1000);
	assert_rates(80, 90, 500);
	assert_int_equal(limits.learned_until_ns, 0);
	assert_int_equal(limits.answer_cps, 2000);
	assert_int_equal(limits.grace_ns, 3 * SECOND);
	assert_int_equal(learned.row.until_ns, 1000);
	assert_true(give_way_is_done(&limits, &learned.row));
	change(LIMITS_EXEMPT, NULL, false);
	assert_rates(80, 90, 500);
	change(LIMITS_PPS, &(struct ecdn_xdp_limits){ .pps = 60 }, false);
	assert_rates(60, 90, 500);
	change_default(LIMITS_BPS, &(struct ecdn_xdp_limits){ .bps = 70 }, false);
	assert_rates(60, 70, 500);
	assert_int_equal(limits.grace_ns, SECOND);
	change(LIMITS_AUTO, NULL, false);
	assert_rates(60, 70, 500);
	assert_false(give_way_is_done(&limits, &learned.row));
}

/* Of a region that no packet has come from since, it is the next one that has them give way. */
static void not_yet(void **state)
{
	(void)state;
	change(LIMITS_AUTO, NULL, true);
	learned.row.busiest[0] = 80;
	learned.row.until_ns = limits.learned_until_ns = 1000;
	learn(10, 0, 0);
	change(LIMITS_EXEMPT, NULL, false);
	assert_rates(10, 0, 0);
	assert_int_equal(limits.learned_until_ns, 1000);
	change(LIMITS_AUTO, NULL, false);
	assert_int_equal(limits.learned_until_ns, 0);
	change(LIMITS_AUTO, NULL, true);
	assert_rates(0, 0, 0);
	give_way(&limits, &defaults, &learned.row, 2000);
	assert_rates(0, 0, 0);
}

/* Rows of an agent of an earlier version, and those that one has left in order, have no end. */
static void has_no_end(void **state)
{
	(void)state;
	change(LIMITS_AUTO, NULL, true);
	learn(10, 20, 30);
	give_way(&limits, &defaults, &learned.row, ~0ULL);
	assert_rates(10, 20, 30);
	assert_false(give_way_is_done(&limits, &learned.row));
	/* The row of what had an end is lost. */
	limits.learned_until_ns = 5;
	limits_follow(&limits, &defaults, &learned.row);
	assert_int_equal(limits.learned_until_ns, 0);
	assert_rates(10, 20, 30);
}

/* Of a map that is lost, what is in force is the operator's. */
static void lost_row(void **state)
{
	struct limits_learned read;

	(void)state;
	change(LIMITS_AUTO | LIMITS_PPS, &(struct ecdn_xdp_limits){ .pps = 8 }, true);
	assert_int_equal(limits_learned_read(-1, 1, &limits, &read), 0);
	assert_false(read.has);
	assert_int_equal(read.row.fixed[0], 8);
	limits_follow(&limits, &defaults, &read.row);
	assert_rates(8, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(least_holds, begin),
		cmocka_unit_test_setup(own_without_limit, begin),
		cmocka_unit_test_setup(each_measure, begin),
		cmocka_unit_test_setup(grace_of_ones_own, begin),
		cmocka_unit_test_setup(changes_keep, begin),
		cmocka_unit_test_setup(default_learns, begin),
		cmocka_unit_test_setup(gives_way, begin),
		cmocka_unit_test_setup(not_yet, begin),
		cmocka_unit_test_setup(has_no_end, begin),
		cmocka_unit_test_setup(lost_row, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
