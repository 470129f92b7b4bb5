// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_job.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

#define PAUSE_LEAST_US 20000
#define PAUSE_MOST_US 1000000
#define ACCURACY_US 1000

static uint64_t now_us(void)
{
	return clock_monotonic_ns() / 1000;
}

static int on_time(sd_event_source *timer, uint64_t due_us, void *context)
{
	struct agent_job *job = context;
	uint64_t pause_us = job->pause_us;

	(void)timer;
	(void)due_us;
	job->due_us = 0;
	if (job->run(job->context) != -EAGAIN) {
		job->pause_us = PAUSE_LEAST_US;
		return 0;
	}
	job->pause_us = 2 * pause_us < PAUSE_MOST_US ? 2 * pause_us : PAUSE_MOST_US;
	agent_job_want(job, pause_us);
	return 0;
}

int agent_job_open(struct agent_job *job, const struct agent *agent, int (*run)(void *context),
		   void *context)
{
	int err;

	*job = (struct agent_job){ .run = run, .context = context, .pause_us = PAUSE_LEAST_US };
	err = sd_event_add_time(agent->loop, &job->timer, CLOCK_MONOTONIC, 0, ACCURACY_US, on_time,
				job);
	err = err < 0 ? err : sd_event_source_set_enabled(job->timer, SD_EVENT_OFF);
	return err < 0 ? log_error(err, "cannot set a timer: %s", strerror(-err)) : 0;
}

void agent_job_want(struct agent_job *job, uint64_t delay_us)
{
	uint64_t due_us = now_us() + delay_us;

	if (job->due_us && job->due_us <= due_us)
		return;
	job->due_us = due_us;
	sd_event_source_set_time(job->timer, due_us);
	sd_event_source_set_enabled(job->timer, SD_EVENT_ONESHOT);
}

void agent_job_close(struct agent_job *job)
{
	job->timer = sd_event_source_disable_unref(job->timer);
}
