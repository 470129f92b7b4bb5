// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/words.h"
#include "view/view_events.h"
#include "view/view_follow.h"
#include "view/view_regions.h"

#define READ_US 100000ULL

/* From one try to read what could not be read to the next: it doubles up to the second one. */
#define PAUSE_NS NS_PER_SECOND
#define PAUSE_MOST_NS (3600 * NS_PER_SECOND)

struct events {
	struct agent *agent;
	sd_event_source *timer;
	uint64_t start_ns;      /* what was before is old */
	struct view_events now, before; /* before: retired, if it is not empty */
	bool is_open;
	bool is_gone;           /* nothing is loaded, which another task tells */
	uint64_t coming;        /* the mark of what came then, as of the last look */
	bool told_states;       /* which regions are not normal, as at the start */
	uint64_t failed;        /* the mark of what could not be read; 0: there is none ... */
	uint64_t pause_ns, retry_ns; /* ... and when it is tried again */
};

static void tell(struct events *events, const struct event_lines_item *item)
{
	events->agent->counters.events[event_lines_kind(item)]++;
	agent_tasks_tell(events->agent, item);
}

static void tell_lost(struct events *events)
{
	const struct event_lines_item item = { .lost = events->now.lost,
					       .moment = &events->now.moment };

	if (!item.lost)
		return;
	events->agent->counters.events_missed += item.lost;
	tell(events, &item);
}

/* stale: the prefixes of that time are not there any more. */
static void tell_one(struct events *events, const struct view_event *event, bool stale)
{
	struct event_lines_item item = { .event = event, .moment = &events->now.moment };

	if (!event->is_verb) {
		item.region = view_events_region(&events->now, event->change.region);
		item.has_heaviest = event->change.measure && !stale &&
				    view_events_heaviest(&events->now, event->change.region,
							 &item.heaviest);
	}
	tell(events, &item);
}

static void tell_all(struct events *events, bool stale)
{
	tell_lost(events);
	for (size_t i = 0; i < events->now.count; i++)
		if (events->now.at[i].time_ns > events->start_ns)
			tell_one(events, &events->now.at[i], stale);
}

/* One line, however many there are. */
static void tell_states(struct events *events)
{
	unsigned int more = 0;
	char text[512] = "";

	if (events->told_states)
		return;
	events->told_states = true;
	for (uint32_t i = 0; i < events->now.regions; i++) {
		uint32_t state = view_events_state(&events->now, i);
		const char *name = view_events_region(&events->now, i);

		if (state == ECDN_XDP_STATE_NORMAL || state >= ECDN_XDP_STATE_MAX || !name)
			continue;
		if (strlen(text) < sizeof(text) - 64)
			words_append(text, sizeof(text), "%s%s %s", *text ? ", " : "", name,
				     view_regions_state_name(state));
		else
			more++;
	}
	if (more)
		words_append(text, sizeof(text), ", and %u more", more);
	if (*text)
		log_note("regions that are not normal as the agent begins: %s", text);
}

static void close_now(struct events *events)
{
	view_follow_retire(&events->now);
	view_events_close(&events->before);
	events->before = events->now;
	view_events_init(&events->now);
	events->is_open = false;
}

static void fail(struct events *events, uint64_t mark)
{
	bool again = mark == events->failed && events->pause_ns;

	events->pause_ns = again ? 2 * events->pause_ns : PAUSE_NS;
	if (events->pause_ns > PAUSE_MOST_NS)
		events->pause_ns = PAUSE_MOST_NS;
	events->failed = mark;
	events->retry_ns = clock_monotonic_ns() + events->pause_ns;
}

/* Whether a try to open what is there would be one too many. */
static bool is_to_wait(const struct events *events, uint64_t mark)
{
	return mark == events->failed && clock_monotonic_ns() < events->retry_ns;
}

/* A load puts one pin after the other in place: where nothing was, what is there is opened when it
 * has been there for a while. */
static bool is_coming(struct events *events, uint64_t mark)
{
	uint64_t before = events->coming;

	events->coming = mark;
	return events->is_gone && mark != before;
}

/* False if there is nothing that can be read. */
static bool open_now(struct events *events)
{
	uint64_t mark = view_events_mark(events->agent->pin_dir);
	int err;

	if (!mark) {
		events->is_gone = true;
		return false;
	}
	if (is_to_wait(events, mark) || is_coming(events, mark))
		return false;
	err = view_events_open(&events->now, events->agent->pin_dir);
	err = err ?: view_follow(&events->now, &events->before);
	if (err) {
		view_events_close(&events->now);
		fail(events, mark);
		return false;
	}
	view_events_close(&events->before);
	events->is_open = true;
	return true;
}

/* The pause is over when all could be read. */
static void succeed(struct events *events)
{
	events->is_gone = false;
	events->failed = 0;
	events->pause_ns = 0;
	tell_states(events);
}

static void read_now(struct events *events)
{
	/* Comes before the read: after it, nothing is in those maps that it has not read. */
	bool stale = view_events_is_stale(&events->now);
	int err = view_events_read_on(&events->now);

	if (!err) {
		tell_all(events, stale);
		succeed(events);
	} else if (!stale) {
		fail(events, events->now.mark);
	}
	if (err || stale)
		close_now(events);
}

static void look(struct events *events)
{
	if (events->is_open)
		read_now(events);
	if (!events->is_open && open_now(events))
		read_now(events);
}

static int each_time(sd_event_source *timer, uint64_t due_us, void *context)
{
	uint64_t now_us = clock_monotonic_ns() / 1000;

	look(context);
	/* Times that were missed, as while the machine slept, are not made up for. */
	if (due_us + READ_US < now_us)
		due_us = now_us;
	return sd_event_source_set_time(timer, due_us + READ_US);
}

static int start(struct agent *agent, void **state)
{
	struct events *events = calloc(1, sizeof(*events));
	int err;

	if (!events)
		return log_error(-ENOMEM, "out of memory");
	*state = events;
	events->agent = agent;
	view_events_init(&events->now);
	view_events_init(&events->before);
	events->start_ns = clock_monotonic_ns();
	err = sd_event_add_time(agent->loop, &events->timer, CLOCK_MONOTONIC,
				events->start_ns / 1000, 1000, each_time, events);
	err = err < 0 ? err : sd_event_source_set_enabled(events->timer, SD_EVENT_ON);
	return err < 0 ? log_error(err, "cannot set a timer: %s", strerror(-err)) : 0;
}

static void stop(struct agent *agent, void *state)
{
	struct events *events = state;

	(void)agent;
	sd_event_source_disable_unref(events->timer);
	view_events_close(&events->now);
	view_events_close(&events->before);
	free(events);
}

const struct agent_task agent_events_task = { .name = "events", .start = start, .stop = stop };
