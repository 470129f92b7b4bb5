// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_past.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "view/view_past.h"

/* Rows for so many more ids than there are, so that few new regions make a new file. */
#define SPARE_ROWS 64

struct past {
	struct view_past past;
	bool failed;            /* and said so: it is not tried again before the next reload */
};

static int start(struct agent *agent, void **state)
{
	(void)agent;
	*state = calloc(1, sizeof(struct past));
	return *state ? 0 : log_error(-ENOMEM, "out of memory");
}

static int reload(struct agent *agent, void *state)
{
	(void)agent;
	((struct past *)state)->failed = false;
	return 0;
}

/* A file that has become too small is replaced by one that holds what it held. */
static void make_room(struct agent *agent, struct past *past, const struct view_regions *now)
{
	uint32_t rows = now->count ? now->region[now->count - 1].id + 1 + SPARE_ROWS : SPARE_ROWS;

	view_past_close(&past->past);
	past->failed = view_past_open(&past->past, agent->pin_dir, rows);
}

static void second(struct agent *agent, void *state, const struct agent_second *second)
{
	struct past *past = state;

	if (past->failed)
		return;
	if (!past->past.size || !view_past_fits(&past->past, second->now))
		make_room(agent, past, second->now);
	view_past_put(&past->past, second->now);
}

/* The file stays: another agent goes on with it, and until then readers see that it is old. */
static void stop(struct agent *agent, void *state)
{
	struct past *past = state;

	(void)agent;
	view_past_close(&past->past);
	free(past);
}

const struct agent_task agent_past_task = {
	.name = "past", .start = start, .reload = reload, .second = second, .stop = stop,
};
