/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_counters.h - what tasks count for the metrics, from the agent's start on. Each task adds to
 * its own members of agent->counters, in the loop's one thread; agent_metrics.c shows them.
 */
#ifndef AGENT_AGENT_COUNTERS_H
#define AGENT_AGENT_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "show/event_item.h"

/* What became of a run of the hook. */
enum agent_counters_hook {
	AGENT_COUNTERS_HOOK_OK,         /* it ended with status 0 */
	AGENT_COUNTERS_HOOK_FAILED,     /* it ended with another one, or by a signal of its own */
	AGENT_COUNTERS_HOOK_TIMEOUT,    /* it was ended, as it took too long */
	AGENT_COUNTERS_HOOK_NOT_STARTED, /* there is no such program, or no process for it */
	AGENT_COUNTERS_HOOK_SKIPPED,    /* a later event took the place of the one that waited */
	AGENT_COUNTERS_HOOK_MAX,
};

/* Up to 10 ms, 100 ms, 1 s, 10 s, and longer. */
#define AGENT_COUNTERS_BUCKETS 5

struct agent_counters {
	uint64_t events[EVENT_LINES_KINDS]; /* that tasks were told of */
	uint64_t unreported;    /* of these, what the journal or standard output did not take */
	uint64_t events_missed; /* that the ring had no room for */
	uint64_t notices;       /* of the kind "unusual" */
	uint64_t hook[AGENT_COUNTERS_HOOK_MAX];
	uint64_t hook_times[AGENT_COUNTERS_BUCKETS]; /* of runs that ended, by duration */
	uint64_t hook_ns;       /* how long these took together */
	uint64_t listener_found, listener_gone; /* by the agent's own search */
	bool reload_failed;     /* the last reading of the configuration file */
	uint64_t reload_epoch_s; /* when one was last taken over; 0: there is no file */
};

/* Adds a run of the hook that has ended; ns: how long it took. */
void agent_counters_ran(struct agent_counters *counters, enum agent_counters_hook result,
			uint64_t ns);

#endif
