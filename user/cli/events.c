// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/quantity.h"
#include "cli/cli.h"
#include "show/event_lines.h"
#include "show/output.h"
#include "view/view_events.h"

#define SINCE_DEFAULT "10m"
#define POLL_NS 100000000

struct asked {
	const char *since;      /* as it was written */
	uint64_t since_ns;
	unsigned int last;      /* 0: all */
	bool follow, json;
	char **names;           /* regions; none: all */
	uint32_t *regions;      /* their ids */
	int count;
};

/* A command is about a region if it names it. */
static bool names_region(const char *words, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(words, name); at; at = strstr(at + 1, name))
		if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' '))
			return true;
	return false;
}

static bool is_asked_for(const struct asked *asked, const struct view_event *event)
{
	for (int i = 0; i < asked->count; i++)
		if (event->is_verb ? names_region(event->verb.words, asked->names[i]) :
		    event->change.region == asked->regions[i])
			return true;
	return !asked->count;
}

static bool is_recent(const struct asked *asked, const struct view_events *events,
		      const struct view_event *event)
{
	return event->time_ns + asked->since_ns >= events->moment.now_ns;
}

/* Leaves those that are to be shown. */
static void choose(const struct asked *asked, struct view_events *events, bool first)
{
	size_t chosen = 0;

	for (size_t i = 0; i < events->count; i++)
		if (is_asked_for(asked, &events->at[i]) &&
		    (!first || is_recent(asked, events, &events->at[i])))
			events->at[chosen++] = events->at[i];
	if (first && asked->last && chosen > asked->last) {
		memmove(events->at, events->at + chosen - asked->last,
			asked->last * sizeof(*events->at));
		chosen = asked->last;
	}
	events->count = chosen;
}

/* What the prefixes are now says nothing about what happened before this command was started. */
static struct event_lines_item item_of(struct view_events *events, size_t i, bool first)
{
	struct event_lines_item item = { .event = &events->at[i], .moment = &events->moment };

	if (item.event->is_verb)
		return item;
	item.region = view_events_region(events, item.event->change.region);
	if (!first && item.event->change.measure)
		item.has_heaviest = view_events_heaviest(events, item.event->change.region,
							 &item.heaviest);
	return item;
}

/* True if some of what was asked for is in the rings no longer. */
static bool is_cut(const struct asked *asked, const struct view_events *events)
{
	return events->overwritten_ns &&
	       events->overwritten_ns + asked->since_ns > events->moment.now_ns;
}

static int print_text(const struct asked *asked, struct view_events *events, bool first)
{
	const struct event_lines_item lost = { .lost = events->lost, .moment = &events->moment };
	char text[EVENT_LINES_TIME_SIZE];

	if (first && is_cut(asked, events))
		printf("changes before %s were overwritten\n",
		       event_lines_time(&events->moment, events->overwritten_ns, text));
	if (events->lost)
		event_lines_print(&lost, stdout);
	for (size_t i = 0; i < events->count; i++) {
		const struct event_lines_item item = item_of(events, i, first);

		event_lines_print(&item, stdout);
	}
	if (first && !events->count && !asked->follow)
		log_note("no change in the last %s; changes of a region's state, and commands that "
			 "change something, are listed here: --since looks further back, --follow "
			 "waits for the next", asked->since);
	return 0;
}

static int print_json(const struct asked *asked, struct view_events *events)
{
	json_t *list = json_array();

	for (size_t i = 0; i < events->count; i++) {
		const struct event_lines_item item = item_of(events, i, true);

		json_array_append_new(list, event_lines_object(&item));
	}
	return output_json(json_pack("{s:i, s:b, s:o}", "schema", 1, "complete",
				     !is_cut(asked, events), "events", list));
}

/* A line each, so that a reader need not wait for an end. */
static int print_line(json_t *object)
{
	int err = 0;

	if (!object || json_object_set_new(object, "schema", json_integer(1)))
		err = log_error(-ENOMEM, "out of memory");
	else if (json_dumpf(object, stdout, JSON_COMPACT) || putchar('\n') == EOF)
		err = log_error(-EIO, "cannot write JSON to standard output");
	json_decref(object);
	return err;
}

static int print_lines(struct view_events *events, bool first)
{
	const struct event_lines_item lost = { .lost = events->lost, .moment = &events->moment };
	int err = 0;

	if (events->lost)
		err = print_line(event_lines_object(&lost));
	for (size_t i = 0; i < events->count && !err; i++) {
		const struct event_lines_item item = item_of(events, i, first);

		err = print_line(event_lines_object(&item));
	}
	return err;
}

static int print(const struct asked *asked, struct view_events *events, bool first)
{
	choose(asked, events, first);
	if (asked->json && asked->follow)
		return print_lines(events, first);
	return asked->json ? print_json(asked, events) : print_text(asked, events, first);
}

/* Until somebody ends it, or nobody reads it. */
static int follow(const struct asked *asked, struct view_events *events)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	int err = 0;

	while (!err) {
		if (fflush(stdout))
			return log_error(-EIO, "cannot write to standard output");
		nanosleep(&pause, NULL);
		err = view_events_read(events);
		err = err ?: print(asked, events, false);
	}
	return err;
}

static int find_regions(struct asked *asked, const struct view_events *events)
{
	int err = 0;

	asked->regions = calloc(asked->count + 1, sizeof(*asked->regions));
	if (!asked->regions)
		return log_error(-ENOMEM, "out of memory for the regions");
	for (int i = 0; i < asked->count && !err; i++)
		err = view_events_find(events, asked->names[i], &asked->regions[i]);
	return err;
}

static int tell(struct asked *asked, const char *pin_dir)
{
	struct view_events events;
	int err = view_events_open(&events, pin_dir);

	err = err ?: find_regions(asked, &events);
	err = err ?: view_events_read(&events);
	err = err ?: print(asked, &events, true);
	if (!err && asked->follow)
		err = follow(asked, &events);
	view_events_close(&events);
	free(asked->regions);
	return err;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct asked asked = { .since = SINCE_DEFAULT, .names = argv };
	const struct option_row rows[] = {
		{ "since", 0, OPTION_TEXT, &asked.since, "DURATION",
		  "how far to look back (" SINCE_DEFAULT ")", 0 },
		{ "follow", 'f', OPTION_FLAG, &asked.follow, NULL,
		  "go on with what happens, and the region's heaviest prefix then", 0 },
		{ "last", 'n', OPTION_COUNT, &asked.last, "N",
		  "of what is past, show the last N; 0: all (0)", 0 },
	};
	struct cli cli = {};

	asked.count = cli_read(&cli, verb, argc, argv, true, rows, 3);
	if (asked.count < 0)
		return asked.count;
	if (quantity_parse_duration(asked.since, &asked.since_ns))
		return log_error(CLI_USAGE, "--since %s: not a duration; write it as 500ms, 30s, "
				 "10m or 1h30m", asked.since);
	asked.json = cli.json;
	return tell(&asked, cli.pin_dir);
}

const struct verb events_verbs[] = {
	{ "events", run, "[REGION...] [--since DURATION] [--follow] [--last N]",
	  "What happened: changes of regions' states and why, and commands that changed something",
	  { "events --since 1h", "events XX --follow --json" } },
	{},
};
