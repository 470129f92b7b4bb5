// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which seconds the agent learns from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/agent_learn.h"

static struct view_regions view;
static struct view_region region;

static enum learn_time time_of(enum ecdn_xdp_state state)
{
	struct learn_sample sample;

	region.state = state;
	agent_learn_sample(&view, &region, 1000, &sample);
	assert_int_equal(sample.epoch_s, 1000);
	return sample.time;
}

static void test_states(void **state)
{
	(void)state;
	assert_int_equal(time_of(ECDN_XDP_STATE_NORMAL), LEARN_NORMAL);
	assert_int_equal(time_of(ECDN_XDP_STATE_SHIELDED), LEARN_LIMITED);
	assert_int_equal(time_of(ECDN_XDP_STATE_LIMITED), LEARN_LIMITED);
	assert_int_equal(time_of(ECDN_XDP_STATE_EXEMPT), LEARN_APART);
	assert_int_equal(time_of(ECDN_XDP_STATE_BLOCKED), LEARN_APART);
}

/* Hours in which no interface had the guard are no hours without traffic, after which what is usual
 * would be a surge. */
static void test_unguarded(void **state)
{
	(void)state;
	view.config.unguarded = 1;
	assert_int_equal(time_of(ECDN_XDP_STATE_NORMAL), LEARN_APART);
	view.config.unguarded = 0;
	assert_int_equal(time_of(ECDN_XDP_STATE_NORMAL), LEARN_NORMAL);
}

/* Of connections those count that were proven, where the shield proves them. */
static void test_rates(void **state)
{
	struct learn_sample sample;

	(void)state;
	region.claimed = (struct view_speed){ .pps = 10, .bps = 20, .cps = 30 };
	region.proven.cps = 3;
	agent_learn_sample(&view, &region, 1000, &sample);
	assert_true(sample.rate[0] == 10 && sample.rate[1] == 20 && sample.rate[2] == 30);
	view.config.shield = ECDN_XDP_SHIELD_ON;
	agent_learn_sample(&view, &region, 1000, &sample);
	assert_true(sample.rate[0] == 10 && sample.rate[1] == 20 && sample.rate[2] == 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_unguarded),
		cmocka_unit_test(test_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
