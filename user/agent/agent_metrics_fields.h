/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_metrics_fields.h - what the metrics say of the agent itself, beside what user/show has of
 * the maps.
 */
#ifndef AGENT_AGENT_METRICS_FIELDS_H
#define AGENT_AGENT_METRICS_FIELDS_H

#include "agent/agent_counters.h"
#include "show/event_lines.h"
#include "show/metrics.h"
#include "view/view_regions.h"

/* What a scrape reads from, and which of it failed. */
enum agent_metrics_fields_collector {
	AGENT_METRICS_FIELDS_STATUS,
	AGENT_METRICS_FIELDS_REGIONS,
	AGENT_METRICS_FIELDS_STEER,
	AGENT_METRICS_FIELDS_NODES,
	AGENT_METRICS_FIELDS_ALLOWED,
	AGENT_METRICS_FIELDS_ORIGINS,
	AGENT_METRICS_FIELDS_COLLECTORS,
};

/* Events that the agent saw, by what they were: the state that a region entered, or something
 * else. */
struct agent_metrics_fields_events {
	uint64_t states[ECDN_XDP_STATE_MAX];
	uint64_t commands, notices, other;
};

struct agent_metrics_fields_item {
	const struct agent_counters *counters;
	const struct agent_metrics_fields_events *events;
	const uint64_t *errors; /* by collector */
	uint64_t took_ns;       /* reading for this page */
};

/* What the agent itself counts of a region. */
struct agent_metrics_fields_own {
	uint64_t surges, limited_ns;
};

/* Of struct agent_metrics_fields_item; and of struct agent_metrics_fields_own. */
extern const struct field agent_metrics_fields[];
extern const struct field agent_metrics_fields_region[];

/* How long runs of the hook took; it is no row, as a histogram is several series. */
void agent_metrics_fields_add_hook(struct metrics *metrics, const struct agent_counters *counters);

#endif
