// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_clock.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "agent/agent_job.h"
#include "base/log.h"
#include "base/scoped.h"
#include "control/clock_follow.h"

struct clock {
	struct agent *agent;
	int fd;                 /* a timer that never ends, which the kernel cancels as the time
				   of day is set, and as the machine wakes */
	sd_event_source *source;
	struct agent_job job;
};

static int follow(void *context)
{
	const struct clock *clock = context;

	return clock_follow(clock->agent->pin_dir);
}

static int cannot_wait(int err)
{
	return log_error(err, "cannot wait for the clock to be set: %s", strerror(-err));
}

/* ECANCELED: the clock was set since it was armed before; it is armed all the same. */
static int arm(int fd)
{
	const struct itimerspec never = { .it_value.tv_sec = LONG_MAX };

	if (!timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) ||
	    errno == ECANCELED)
		return 0;
	return cannot_wait(-errno);
}

static int on_step(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct clock *clock = context;
	uint64_t ends;

	(void)source;
	(void)events;
	if (read(fd, &ends, sizeof(ends)) < 0 && errno == ECANCELED) {
		arm(fd);
		agent_job_want(&clock->job, 0);
	}
	return 0;
}

/* A guard that was not there in the second before: what was done to the clock meanwhile, nobody has
 * followed. */
static void second(struct agent *agent, void *state, const struct agent_second *second)
{
	struct clock *clock = state;

	if (!agent->last && !second->now->shared)
		agent_job_want(&clock->job, 0);
}

static int start(struct agent *agent, void **state)
{
	struct clock *clock = calloc(1, sizeof(*clock));
	int err;

	if (!clock)
		return log_error(-ENOMEM, "out of memory");
	*state = clock;
	clock->agent = agent;
	clock->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (clock->fd < 0)
		return cannot_wait(-errno);
	err = arm(clock->fd);
	err = err ?: agent_job_open(&clock->job, agent, follow, clock);
	if (err)
		return err;
	err = sd_event_add_io(agent->loop, &clock->source, clock->fd, EPOLLIN, on_step, clock);
	return err < 0 ? cannot_wait(err) : 0;
}

static void stop(struct agent *agent, void *state)
{
	struct clock *clock = state;

	(void)agent;
	agent_job_close(&clock->job);
	sd_event_source_disable_unref(clock->source);
	scoped_close(&clock->fd);
	free(clock);
}

const struct agent_task agent_clock_task = {
	.name = "clock", .start = start, .second = second, .stop = stop,
};
