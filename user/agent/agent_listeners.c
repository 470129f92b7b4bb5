// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_listeners.h"

#include <errno.h>
#include <stdlib.h>

#include "agent/agent_job.h"
#include "base/log.h"
#include "control/steer_refresh.h"

/* A look costs some tenths of a millisecond; where no such rule is there, it is to find one. */
#define LOOK_US 250000
#define IDLE_US 1000000

struct listeners_watched {
	struct agent *agent;
	struct agent_job job;
	struct log_seen errors; /* of looks */
	unsigned int served;    /* rules that had a socket */
	uint64_t refused;       /* the cookies that could not be taken */
};

/* What could not be taken is told once, until something else is lacking. */
static int find(struct listeners_watched *watched, const struct steer_watch *watch)
{
	int err;

	if (watched->refused == watch->cookies)
		return 0;
	err = steer_refresh(watched->agent->pin_dir);
	if (err == -EAGAIN)
		return err;
	watched->refused = err ? watch->cookies : 0;
	if (!err) {
		watched->agent->counters.listener_found += watch->lacking;
		log_note("listeners that started get the connections that are steered to them");
	}
	return 0;
}

static void tell_gone(struct listeners_watched *watched, const struct steer_watch *watch)
{
	if (watch->served < watched->served && watch->rules) {
		watched->agent->counters.listener_gone += watched->served - watch->served;
		log_note("nobody listens any more where a steered port's connections go; "
			 "`ecdn-xdp steer` shows where");
	}
	watched->served = watch->served;
}

static int look(struct listeners_watched *watched, struct steer_watch *watch)
{
	int err;

	log_seen_begin(&watched->errors);
	err = steer_refresh_look(watched->agent->pin_dir, watch);
	log_seen_end();
	return err;
}

static int run(void *context)
{
	struct listeners_watched *watched = context;
	struct steer_watch watch = {};
	int err = 0;

	if (watched->agent->settings->watch.listeners)
		err = look(watched, &watch);
	if (!err && watch.lacking)
		err = find(watched, &watch);
	if (!err)
		tell_gone(watched, &watch);
	if (err == -EAGAIN)
		return err;
	agent_job_want(&watched->job, watch.rules ? LOOK_US : IDLE_US);
	return 0;
}

static int reload(struct agent *agent, void *state)
{
	struct listeners_watched *watched = state;

	(void)agent;
	watched->refused = 0;
	agent_job_want(&watched->job, 0);
	return 0;
}

static int start(struct agent *agent, void **state)
{
	struct listeners_watched *watched = calloc(1, sizeof(*watched));
	int err;

	if (!watched)
		return log_error(-ENOMEM, "out of memory");
	*state = watched;
	watched->agent = agent;
	err = agent_job_open(&watched->job, agent, run, watched);
	return err ?: reload(agent, watched);
}

static void stop(struct agent *agent, void *state)
{
	struct listeners_watched *watched = state;

	(void)agent;
	agent_job_close(&watched->job);
	free(watched);
}

const struct agent_task agent_listeners_task = {
	.name = "listeners", .start = start, .reload = reload, .stop = stop,
};
