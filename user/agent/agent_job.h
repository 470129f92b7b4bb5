/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_job.h - what a task does a moment after it was asked to, once for all that came meanwhile;
 * and again while it cannot be done, as another command holds the lock.
 */
#ifndef AGENT_AGENT_JOB_H
#define AGENT_AGENT_JOB_H

#include "agent/agent_task.h"

struct agent_job {
	/* -EAGAIN: it is to be tried again, soon and then less often; any other result ends it. */
	int (*run)(void *context);
	void *context;
	sd_event_source *timer;
	uint64_t due_us;        /* on CLOCK_MONOTONIC; 0: it is not */
	uint64_t pause_us;      /* until it is tried again */
};

/* A job that is not due. 0 or a negative errno, logged. */
int agent_job_open(struct agent_job *job, const struct agent *agent, int (*run)(void *context),
		   void *context);

/* Has it run so many microseconds from now at the latest. */
void agent_job_want(struct agent_job *job, uint64_t delay_us);

void agent_job_close(struct agent_job *job);

#endif
