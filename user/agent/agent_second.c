// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_second.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/agent_service.h"
#include "base/log.h"
#include "view/view_pins.h"

#define SECOND_US 1000000ULL

enum guard {
	GUARD_UNKNOWN,          /* there was no read yet */
	GUARD_NONE,             /* none is loaded */
	GUARD_UNREADABLE,
	GUARD_READ,
};

struct seconds {
	struct agent *agent;
	sd_event_source *timer;
	struct view_regions before; /* of the last second that could be read */
	bool has_before;
	enum guard guard;       /* at the last read */
	struct log_seen errors; /* of the reads */
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
	seconds->agent->last = NULL;
	if (seconds->has_before)
		view_regions_free(&seconds->before);
	seconds->has_before = false;
}

/* One line as it goes, and as it comes; why it cannot be read is logged already. */
static void say(struct seconds *seconds, enum guard guard)
{
	const char *pin_dir = seconds->agent->pin_dir;

	if (guard == seconds->guard)
		return;
	if (guard == GUARD_NONE) {
		log_note("no guard is loaded in %s%s; the agent waits for one", pin_dir,
			 seconds->guard == GUARD_UNKNOWN ? "" : " any more");
		agent_service_status("waits for a guard in %s", pin_dir);
	} else if (guard == GUARD_UNREADABLE) {
		agent_service_status("cannot read the guard in %s", pin_dir);
	} else {
		log_note("follows the guard in %s", pin_dir);
		agent_service_status("follows the guard in %s", pin_dir);
	}
	seconds->guard = guard;
}

static int read_regions(struct seconds *seconds, struct view_regions *now)
{
	int err;

	log_seen_begin(&seconds->errors);
	err = view_regions_read(now, seconds->agent->pin_dir);
	log_seen_end();
	return err;
}

static enum guard look(struct seconds *seconds, struct view_regions *now)
{
	if (!view_pins_guarded(seconds->agent->pin_dir))
		return GUARD_NONE;
	return read_regions(seconds, now) ? GUARD_UNREADABLE : GUARD_READ;
}

static void read_now(struct seconds *seconds)
{
	struct view_regions now;

	say(seconds, look(seconds, &now));
	if (seconds->guard != GUARD_READ) {
		forget(seconds);
		return;
	}
	view_regions_compare(&now, seconds->has_before ? &seconds->before : &now);
	tell(seconds->agent, &now);
	forget(seconds);
	seconds->before = now;
	seconds->has_before = true;
	seconds->agent->last = &seconds->before;
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
