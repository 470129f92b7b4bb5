// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"

#define SECOND NS_PER_SECOND

static const struct clock_moment moment = { .now_ns = 100 * SECOND, .epoch_ns = 1000 * SECOND };

static void epoch(void **state)
{
	(void)state;
	assert_int_equal(clock_epoch(&moment, 40 * SECOND), 1040);
	assert_int_equal(clock_epoch(&moment, 0), 0);
}

static void seconds_ago(void **state)
{
	(void)state;
	assert_int_equal(clock_seconds_ago(&moment, 40 * SECOND), 60);
	assert_int_equal(clock_seconds_ago(&moment, 100 * SECOND - 1), 0);
	assert_int_equal(clock_seconds_ago(&moment, 0), 0);
	/* A packet came after the clock was read. */
	assert_int_equal(clock_seconds_ago(&moment, 101 * SECOND), 0);
}

static void both_clocks(void **state)
{
	struct clock_moment now = clock_now();

	(void)state;
	assert_in_range(clock_epoch(&now, now.now_ns), time(NULL) - 1, time(NULL) + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(epoch),
		cmocka_unit_test(seconds_ago),
		cmocka_unit_test(both_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
