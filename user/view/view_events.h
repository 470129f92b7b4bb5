/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_events.h - what happened: changes of regions' states, ends by silence, and commands that
 * changed something, in the order of their times. Each read has what is new since the one before.
 */
#ifndef VIEW_VIEW_EVENTS_H
#define VIEW_VIEW_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "base/clock.h"
#include "view/view_changes.h"
#include "view/view_pins.h"
#include "view/view_prefixes.h"
#include "view/view_silence.h"

struct view_event {
	uint64_t time_ns;       /* of the last change that it stands for */
	bool is_verb;
	union {
		struct ecdn_xdp_change change; /* number 0: an end that is not written yet */
		struct ecdn_xdp_verb verb; /* its texts end with NUL */
	};
};

struct view_events {
	struct clock_moment moment; /* of the last read */
	struct view_event *at;  /* of the last read, the oldest first */
	size_t count;
	uint64_t lost;          /* entries that were overwritten unread, between two reads */
	uint64_t overwritten_ns; /* what was before is not in the ring any more; 0: all is */

	struct view_pins pins;
	struct guard_maps maps; /* not open if the guard is not loaded: there are commands alone */
	unsigned long inode;    /* of the pin by which it is noticed that others are loaded */
	uint64_t mark;          /* view_events_mark() of these */
	bool guard;
	struct names *names;
	struct view_changes changes;
	struct mapped states;   /* region_state */
	struct view_silence *told; /* by region, `regions` of them */
	uint32_t regions;
	struct mapped verbs;    /* not mapped until a command has left an entry */
	uint64_t last_verb;     /* number ... */
	uint64_t last_verb_ns;  /* ... and time */
	struct view_prefixes prefixes; /* as of the last time that somebody asked */
};

/* One that has nothing open. */
void view_events_init(struct view_events *events);

/* 0; -EPROTO if an earlier version has loaded the guard; another negative errno. Errors are logged.
 * view_events_close() follows in either case. */
int view_events_open(struct view_events *events, const char *pin_dir);
void view_events_close(struct view_events *events);

/* The first time all that is kept. 0; -ESTALE if the pins are others by now; another negative
 * errno. Errors are logged. */
int view_events_read(struct view_events *events);

/* What is there has another mark than what was there before; 0: nothing is loaded. Silent. */
uint64_t view_events_mark(const char *pin_dir);

/* Whether something else is loaded by now, or nothing. Silent. */
bool view_events_is_stale(const struct view_events *events);

/* view_events_read() without looking whether the pins are others: the maps, which are open, have
 * what came until they were left. */
int view_events_read_on(struct view_events *events);

/* The name of a region, or NULL of an id that has none. It lives until the next read. */
const char *view_events_region(const struct view_events *events, uint32_t region);

/* Its state, as of the last read. The guard is loaded. */
uint32_t view_events_state(const struct view_events *events, uint32_t region);

/* 0, or -ENOENT, logged, if no region has that name. *region: its id. */
int view_events_find(const struct view_events *events, const char *name, uint32_t *region);

/* The heaviest /24 or /48 of a region, as of the last second. False if there is none. */
bool view_events_heaviest(struct view_events *events, uint32_t region, struct cidr *cidr);

#endif
