// SPDX-License-Identifier: BSD-2-Clause
/* A change that a lock keeps back is made later, and once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "agent/agent_retry.h"
#include "base/clock.h"

static sd_event *loop;
static struct agent_retry *retry;

static struct {
	unsigned int calls;     /* so far */
	unsigned int held;      /* calls that find the lock held */
	int then;               /* what the first other one returns */
	uint64_t at_ns[16];
} change;

static int make(void *context)
{
	(void)context;
	change.at_ns[change.calls % 16] = clock_monotonic_ns();
	return change.calls++ < change.held ? -EAGAIN : change.then;
}

static int set_up(void **state)
{
	(void)state;
	change.calls = change.held = change.then = 0;
	if (sd_event_new(&loop) < 0)
		return -1;
	retry = agent_retry_new(loop, "the test", make, NULL);
	return retry ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	agent_retry_free(retry);
	sd_event_unref(loop);
	return 0;
}

/* Runs the loop until the change was called so often, or for a second. */
static void run_until(unsigned int calls)
{
	uint64_t end_ns = clock_monotonic_ns() + NS_PER_SECOND;

	while (change.calls < calls && clock_monotonic_ns() < end_ns)
		sd_event_run(loop, 10000);
}

/* Runs the loop for some time, in which nothing should come. */
static void run_on(void)
{
	for (int i = 0; i < 10; i++)
		sd_event_run(loop, 10000);
}

static void at_once(void **state)
{
	(void)state;
	assert_int_equal(agent_retry_now(retry), 0);
	run_on();
	assert_int_equal(change.calls, 1);
	assert_false(agent_retry_waits(retry));
}

static void later(void **state)
{
	(void)state;
	change.held = 4;
	assert_int_equal(agent_retry_now(retry), -EAGAIN);
	assert_true(agent_retry_waits(retry));
	assert_int_equal(agent_retry_now(retry), -EAGAIN);
	assert_int_equal(change.calls, 1);
	run_until(5);
	run_on();
	assert_int_equal(change.calls, 5);
	assert_false(agent_retry_waits(retry));
	/* 20, 40, 80, 160 ms. */
	assert_true(change.at_ns[4] - change.at_ns[0] >= 300000000);
	assert_true(change.at_ns[1] - change.at_ns[0] < 160000000);
}

static void an_error_ends_it(void **state)
{
	(void)state;
	change.held = 1;
	change.then = -ENOSPC;
	assert_int_equal(agent_retry_now(retry), -EAGAIN);
	run_until(2);
	run_on();
	assert_int_equal(change.calls, 2);
	assert_int_equal(agent_retry_now(retry), -ENOSPC);
}

static void cancelled(void **state)
{
	(void)state;
	change.held = 100;
	assert_int_equal(agent_retry_now(retry), -EAGAIN);
	agent_retry_cancel(retry);
	run_on();
	assert_int_equal(change.calls, 1);
	change.held = 0;
	assert_int_equal(agent_retry_now(retry), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_error_ends_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cancelled, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
