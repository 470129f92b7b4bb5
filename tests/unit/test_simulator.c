// SPDX-License-Identifier: BSD-2-Clause
/*
 * Learned limits in a made-up world (tests/sim/), in small: what they find, and whom they refuse
 * wrongly. `make sim` prints the table of a large one.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim_score.h"

#define REGIONS 40
#define FLOOR 20000.0

static const struct sim_plan plan = {
	.seed = 1, .regions = REGIONS, .history = 1, .flashes = 20, .outages = 6,
	.old_attacks = 4, .shifts = 2, .fresh = 2, .attacks = 2, .least_attacked = 10000,
};

static struct sim_score run(double prefix_pps)
{
	const struct learn_settings settings = { 2, { FLOOR } };
	struct sim_world world;
	struct sim_score score;

	sim_world_make(&world, &plan);
	sim_score_world(&world, &settings, prefix_pps, &score);
	sim_world_free(&world);
	sim_score_head(stdout);
	sim_score_print("in small", &score, stdout);
	return score;
}

/* Whatever is five times the usual at least is also twice the floor here. */
static void check_found(const struct sim_score *score)
{
	for (unsigned int row = 0; row < SIM_SIZES; row++) {
		assert_int_equal(score->attacks[row], 2 * SIM_SHAPES);
		if (row >= 3)
			assert_int_equal(score->found[row], score->attacks[row]);
	}
	assert_int_equal(score->found[0], 0);
	assert_in_range(score->seconds[0], 2, 4);
}

static void test_found(void **state)
{
	struct sim_score score = run(INFINITY);

	(void)state;
	check_found(&score);
	/* Of the 48 false alarms a week in 250 regions, by the share of the regions. */
	assert_true(score.judged.noise <= 48 * REGIONS / 250);
	/* Crowds of large regions, which these all are, look like attacks. */
	assert_true(score.crowds == 20 && score.crowds_hit <= 17);
	assert_true(score.judged.back <= 4 && score.judged.shifted <= 5);
	assert_true(score.judged.fresh <= 5);
	assert_true(score.judged.hours < 24);
}

/* What single clients send beyond prefix_pps limits nobody then: no noise is left. */
static void test_without_heavy(void **state)
{
	struct sim_score score = run(1000);

	(void)state;
	check_found(&score);
	assert_int_equal(score.judged.noise, 0);
}

static void test_frog(void **state)
{
	static const struct sim_plan frogs = { .seed = 1, .regions = REGIONS, .history = 1 };
	const struct learn_settings settings = { 2, { 5000 } };
	struct sim_frog frog;

	(void)state;
	sim_frog_run(&frogs, &settings, 0.3, 6, &frog);
	printf("boiling frog, 30 %% an hour: %u of %u, median %.1f, worst %.1f\n", frog.found,
	       frog.runs, frog.median, frog.worst);
	assert_int_equal(frog.found, 6);
	assert_true(frog.median <= 5 && frog.worst <= 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found), cmocka_unit_test(test_without_heavy),
		cmocka_unit_test(test_frog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
