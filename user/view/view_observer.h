/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_observer.h - one read of how the origin observer is set up, and where it is attached.
 */
#ifndef VIEW_VIEW_OBSERVER_H
#define VIEW_VIEW_OBSERVER_H

#include <limits.h>

#include "ecdn-xdp-maps.h"
#include "kernel/pins.h"
#include "origin/origin_hooks.h"

struct view_observer {
	bool loaded;            /* else all that follows is zeros */
	bool shared;            /* read for the group of --stats-group, which opens no link: hooks,
				   cgroup and requests_frozen are zeros */
	struct origin_hooks_state hooks;
	char cgroup[PATH_MAX];  /* empty: not attached, or not seen from here */
	struct ecdn_xdp_origin_config config;
	bool here;              /* connections of this network namespace are watched */
	bool requests_frozen;   /* no proxy that is started can count */
	uint32_t names;         /* addresses that have one */
	struct ecdn_xdp_origin_head head;
};

/* 0 or a negative errno, logged. That the observer is not loaded is no error. */
int view_observer_read(struct view_observer *view, const struct pins *pins);

#endif
