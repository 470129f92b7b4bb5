// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_retry.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define FIRST_US 20000
#define LAST_US 1000000

/* A command of more than this is worth a line. */
#define SILENT_NS (30 * NS_PER_SECOND)

struct agent_retry {
	const char *what;
	agent_retry_change *change;
	void *context;
	sd_event *loop;
	sd_event_source *timer;
	uint64_t pause_us;      /* 0: it does not wait */
	uint64_t since_ns;
	bool told;
};

static void tell(struct agent_retry *retry)
{
	if (retry->told || clock_monotonic_ns() - retry->since_ns < SILENT_NS)
		return;
	retry->told = true;
	log_warning("%s waits for another ecdn-xdp to finish, for %llus so far", retry->what,
		    SILENT_NS / NS_PER_SECOND);
}

static int wait_more(struct agent_retry *retry)
{
	int err;

	retry->pause_us = !retry->pause_us ? FIRST_US :
			  retry->pause_us * 2 < LAST_US ? retry->pause_us * 2 : LAST_US;
	err = sd_event_source_set_time(retry->timer,
				       clock_monotonic_ns() / 1000 + retry->pause_us);
	err = err < 0 ? err : sd_event_source_set_enabled(retry->timer, SD_EVENT_ONESHOT);
	if (err >= 0)
		return -EAGAIN;
	retry->pause_us = 0;
	return log_error(err, "%s: cannot set a timer: %s", retry->what, strerror(-err));
}

static int try(struct agent_retry *retry)
{
	int err = retry->change(retry->context);

	if (err == -EAGAIN) {
		tell(retry);
		return wait_more(retry);
	}
	retry->pause_us = 0;
	return err;
}

static int again(sd_event_source *timer, uint64_t due_us, void *context)
{
	struct agent_retry *retry = context;

	(void)timer;
	(void)due_us;
	if (retry->pause_us)
		try(retry);
	return 0;
}

struct agent_retry *agent_retry_new(sd_event *loop, const char *what, agent_retry_change *change,
				    void *context)
{
	struct agent_retry *retry = calloc(1, sizeof(*retry));
	int err = -ENOMEM;

	if (retry) {
		*retry = (struct agent_retry){ .what = what, .change = change, .context = context,
					       .loop = loop };
		err = sd_event_add_time(loop, &retry->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000,
					again, retry);
		err = err < 0 ? err : sd_event_source_set_enabled(retry->timer, SD_EVENT_OFF);
	}
	if (err >= 0)
		return retry;
	log_error(err, "%s: cannot set a timer: %s", what, strerror(-err));
	agent_retry_free(retry);
	return NULL;
}

int agent_retry_now(struct agent_retry *retry)
{
	if (retry->pause_us)
		return -EAGAIN;
	retry->since_ns = clock_monotonic_ns();
	retry->told = false;
	return try(retry);
}

bool agent_retry_waits(const struct agent_retry *retry)
{
	return retry->pause_us;
}

void agent_retry_cancel(struct agent_retry *retry)
{
	retry->pause_us = 0;
	sd_event_source_set_enabled(retry->timer, SD_EVENT_OFF);
}

void agent_retry_free(struct agent_retry *retry)
{
	if (!retry)
		return;
	sd_event_source_disable_unref(retry->timer);
	free(retry);
}
