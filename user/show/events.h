/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * events.h - the named counters of the map "events", as a list.
 */
#ifndef SHOW_EVENTS_H
#define SHOW_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "ecdn-xdp-maps.h"

enum event_group {
	EVENT_PASSED,           /* the packet was not fully understood */
	EVENT_GIVE_UP,          /* the guard met a limit of its own */
};

struct event_name {
	const char *name;
	size_t offset;          /* in struct ecdn_xdp_events */
	enum event_group group;
	const char *meaning;
};

extern const struct event_name event_names[]; /* ends with a NULL name */

uint64_t event_count(const struct ecdn_xdp_events *events, const struct event_name *name);

/* The group's counters by name. */
json_t *events_json(const struct ecdn_xdp_events *events, enum event_group group);

#endif
