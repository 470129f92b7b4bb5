// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_second.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "view/view_pins.h"

#define SECOND_US 1000000ULL

struct seconds {
	struct agent *agent;
	sd_event_source *timer;
	struct view_regions before; /* of the last second that could be read */
	bool has_before;
};

static void tell(struct agent *agent, const struct view_regions *now)
{
	const struct agent_second second = {
		.now = now,
		.epoch_s = clock_epoch(&now->moment, now->moment.now_ns),
	};

	for (unsigned int i = 0; agent_tasks[i]; i++)
		if (agent_tasks[i]->second)
			agent_tasks[i]->second(agent, agent->state[i], &second);
}

static void forget(struct seconds *seconds)
{
	if (seconds->has_before)
		view_regions_free(&seconds->before);
	seconds->has_before = false;
}

static void read_now(struct seconds *seconds)
{
	const char *pin_dir = seconds->agent->pin_dir;
	struct view_regions now;

	if (!view_pins_guarded(pin_dir) || view_regions_read(&now, pin_dir)) {
		forget(seconds);
		return;
	}
	view_regions_compare(&now, seconds->has_before ? &seconds->before : &now);
	tell(seconds->agent, &now);
	forget(seconds);
	seconds->before = now;
	seconds->has_before = true;
}

static int each_second(sd_event_source *timer, uint64_t due_us, void *context)
{
	struct seconds *seconds = context;
	uint64_t now_us = clock_monotonic_ns() / 1000;

	read_now(seconds);
	/* Seconds that were missed, as while the machine slept, are not made up for. */
	if (due_us + SECOND_US < now_us)
		due_us = now_us;
	return sd_event_source_set_time(timer, due_us + SECOND_US);
}

static int start(struct agent *agent, void **state)
{
	struct seconds *seconds = calloc(1, sizeof(*seconds));
	int err;

	if (!seconds)
		return log_error(-ENOMEM, "out of memory");
	*state = seconds;
	seconds->agent = agent;
	err = sd_event_add_time(agent->loop, &seconds->timer, CLOCK_MONOTONIC,
				clock_monotonic_ns() / 1000, 1000, each_second, seconds);
	err = err < 0 ? err : sd_event_source_set_enabled(seconds->timer, SD_EVENT_ON);
	return err < 0 ? log_error(err, "cannot set a timer: %s", strerror(-err)) : 0;
}

static void stop(struct agent *agent, void *state)
{
	struct seconds *seconds = state;

	(void)agent;
	sd_event_source_disable_unref(seconds->timer);
	forget(seconds);
	free(seconds);
}

const struct agent_task agent_second_task = { .name = "second", .start = start, .stop = stop };
