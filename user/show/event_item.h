/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_item.h - an event with what else is told of it. All texts are the caller's.
 */
#ifndef SHOW_EVENT_ITEM_H
#define SHOW_EVENT_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cidr.h"
#include "base/clock.h"
#include "view/view_events.h"

/* What an event is: its `kind` in JSON. */
enum event_lines_kind {
	EVENT_LINES_CHANGE,     /* of a region's state */
	EVENT_LINES_COMMAND,
	EVENT_LINES_LOST,       /* some were overwritten before they were read */
	EVENT_LINES_NOTICE,     /* a region's rate is unusual: the agent's, and in no ring */
	EVENT_LINES_KINDS,
};

struct event_lines_item {
	const struct view_event *event; /* NULL: some were lost */
	uint64_t lost;          /* how many; without an event alone */
	bool notice;            /* the event is one: of its change, region, measure, rate and, as
				   its limit, what is usual are told, and the event's time */
	const char *region;     /* its name, or NULL */
	const struct clock_moment *moment; /* of reading */
	bool has_heaviest;      /* the region's heaviest prefix is known */
	struct cidr heaviest;
};

#endif
