// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_metrics_fields.h"

#include "base/clock.h"

static const struct agent_metrics_fields_item *item_of(const void *item)
{
	return item;
}

static bool has_file(const void *item)
{
	return item_of(item)->counters->reload_epoch_s;
}

static double reload_ok(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return !item_of(item)->counters->reload_failed;
}

static double reloaded(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return item_of(item)->counters->reload_epoch_s;
}

static double took(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return item_of(item)->took_ns / 1e9;
}

#define NUMBER(name, expression) \
	static uint64_t name(const void *item) \
	{ \
		return item_of(item)->expression; \
	}

NUMBER(to_normal, events->states[ECDN_XDP_STATE_NORMAL])
NUMBER(to_limited, events->states[ECDN_XDP_STATE_LIMITED])
NUMBER(to_exempt, events->states[ECDN_XDP_STATE_EXEMPT])
NUMBER(to_blocked, events->states[ECDN_XDP_STATE_BLOCKED])
NUMBER(to_shielded, events->states[ECDN_XDP_STATE_SHIELDED])
NUMBER(commands, events->commands)
NUMBER(notices, events->notices)
NUMBER(others, events->other)
NUMBER(missed, counters->events_missed)
NUMBER(hook_ok, counters->hook[AGENT_COUNTERS_HOOK_OK])
NUMBER(hook_failed, counters->hook[AGENT_COUNTERS_HOOK_FAILED])
NUMBER(hook_timeout, counters->hook[AGENT_COUNTERS_HOOK_TIMEOUT])
NUMBER(hook_not_started, counters->hook[AGENT_COUNTERS_HOOK_NOT_STARTED])
NUMBER(hook_skipped, counters->hook[AGENT_COUNTERS_HOOK_SKIPPED])
NUMBER(listener_found, counters->listener_found)
NUMBER(listener_gone, counters->listener_gone)
NUMBER(status_errors, errors[AGENT_METRICS_FIELDS_STATUS])
NUMBER(region_errors, errors[AGENT_METRICS_FIELDS_REGIONS])
NUMBER(steer_errors, errors[AGENT_METRICS_FIELDS_STEER])
NUMBER(node_errors, errors[AGENT_METRICS_FIELDS_NODES])
NUMBER(allowed_errors, errors[AGENT_METRICS_FIELDS_ALLOWED])
NUMBER(origin_errors, errors[AGENT_METRICS_FIELDS_ORIGINS])

#define ROW(name, of_label, text, of) \
	{ FIELD_COUNT, .metric = name, .label = of_label, .help = text, .number = of }
#define EVENT(word, of) \
	ROW("ecdn_xdp_events_total", "event=\"" word "\"", "Events that the agent has seen.", of)
#define HOOK(word, of) \
	ROW("ecdn_xdp_hook_runs_total", "result=\"" word "\"", \
	    "Runs of the hook, by what became of them.", of)
#define REFRESH(word, of) \
	ROW("ecdn_xdp_steer_refreshes_total", "result=\"" word "\"", \
	    "Times that the agent found a listener anew, or found it gone.", of)
#define ERRORS(word, of) \
	ROW("ecdn_xdp_scrape_errors_total", "collector=\"" word "\"", \
	    "Reads of maps that failed while answering a scrape.", of)

const struct field agent_metrics_fields[] = {
	{ FIELD_COUNT, .metric = "ecdn_xdp_config_last_reload_successful",
	  .help = "1 if the last reading of the configuration file was taken over.",
	  .measure = reload_ok, .present = has_file },
	{ FIELD_COUNT, .metric = "ecdn_xdp_config_last_reload_success_timestamp_seconds",
	  .help = "When a configuration file was last taken over.", .measure = reloaded,
	  .present = has_file },
	EVENT("normal", to_normal),
	EVENT("limited", to_limited),
	EVENT("exempt", to_exempt),
	EVENT("blocked", to_blocked),
	EVENT("shielded", to_shielded),
	EVENT("command", commands),
	EVENT("notice", notices),
	EVENT("other", others),
	ROW("ecdn_xdp_events_missed_total", NULL,
	    "Events that were overwritten before the agent read them.", missed),
	HOOK("ok", hook_ok),
	HOOK("failed", hook_failed),
	HOOK("timeout", hook_timeout),
	HOOK("not_started", hook_not_started),
	HOOK("skipped", hook_skipped),
	REFRESH("found", listener_found),
	REFRESH("gone", listener_gone),
	ERRORS("status", status_errors),
	ERRORS("regions", region_errors),
	ERRORS("steer", steer_errors),
	ERRORS("nodes", node_errors),
	ERRORS("allowed", allowed_errors),
	ERRORS("origins", origin_errors),
	{ FIELD_COUNT, .metric = "ecdn_xdp_scrape_duration_seconds",
	  .help = "How long reading the maps for this page took.", .measure = took },
	{},
};

static uint64_t limited_seconds(const void *item)
{
	return ((const struct agent_metrics_fields_own *)item)->limited_ns / NS_PER_SECOND;
}

const struct field agent_metrics_fields_region[] = {
	{ FIELD_COUNT, .metric = "ecdn_xdp_region_surges_total",
	  .help = "Surges of the region that were declared, since the agent's start.",
	  FIELD_AT(struct agent_metrics_fields_own, surges) },
	{ FIELD_COUNT, .metric = "ecdn_xdp_region_limited_seconds_total",
	  .help = "Time that the region was limited, since the agent's start.",
	  .number = limited_seconds },
	{},
};

void agent_metrics_fields_add_hook(struct metrics *metrics, const struct agent_counters *counters)
{
	static const double most[AGENT_COUNTERS_BUCKETS] = { 0.01, 0.1, 1, 10 };
	const struct metrics_histogram histogram = {
		.metric = "ecdn_xdp_hook_duration_seconds",
		.help = "How long runs of the hook took.",
		.buckets = AGENT_COUNTERS_BUCKETS,
		.most = most,
		.count = counters->hook_times,
		.sum = counters->hook_ns / 1e9,
	};

	metrics_add_histogram(metrics, &histogram);
}
