// SPDX-License-Identifier: BSD-2-Clause
/* A change that a lock keeps back is made later, and once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "agent/agent_job.h"
#include "base/clock.h"

static struct agent agent;
static struct agent_job job;

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
	return sd_event_new(&agent.loop) < 0 ? -1 : agent_job_open(&job, &agent, make, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	agent_job_close(&job);
	sd_event_unref(agent.loop);
	return 0;
}

/* Runs the loop until the change was called so often, or for a second. */
static void run_until(unsigned int calls)
{
	uint64_t end_ns = clock_monotonic_ns() + NS_PER_SECOND;

	while (change.calls < calls && clock_monotonic_ns() < end_ns)
		sd_event_run(agent.loop, 10000);
}

/* Runs the loop for some time, in which nothing should come. */
static void run_on(void)
{
	for (int i = 0; i < 10; i++)
		sd_event_run(agent.loop, 10000);
}

static void once_for_all(void **state)
{
	(void)state;
	agent_job_want(&job, 30000);
	agent_job_want(&job, 20000);
	agent_job_want(&job, 40000);
	assert_int_equal(change.calls, 0);
	run_until(1);
	run_on();
	assert_int_equal(change.calls, 1);
}

static void later(void **state)
{
	(void)state;
	change.held = 4;
	agent_job_want(&job, 0);
	run_until(5);
	run_on();
	assert_int_equal(change.calls, 5);
	/* 20, 40, 80, 160 ms. */
	assert_true(change.at_ns[4] - change.at_ns[0] >= 300000000);
	assert_true(change.at_ns[1] - change.at_ns[0] < 160000000);
}

static void an_error_ends_it(void **state)
{
	(void)state;
	change.held = 1;
	change.then = -ENOSPC;
	agent_job_want(&job, 0);
	run_until(2);
	run_on();
	assert_int_equal(change.calls, 2);
	agent_job_want(&job, 0);
	run_until(3);
	assert_int_equal(change.calls, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(once_for_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_error_ends_it, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
