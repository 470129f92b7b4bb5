/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_view.h - one read of what is steered: each listener, what became of it, who it
 * belongs to, and what was counted.
 */
#ifndef VIEW_VIEW_STEER_H
#define VIEW_VIEW_STEER_H

#include "steer/steer_rule.h"
#include "steer/steer_maps.h"

enum steer_state {
	STEER_READY,
	STEER_GONE,             /* none of its sockets is open */
	STEER_UNPROTECTED,      /* nobody is steered from that port */
};

/* Connections of one family to the port. */
struct steer_family_view {
	bool own;               /* counted here: without a listener of theirs, at the other's */
	bool served;            /* they can go to this listener */
	struct ecdn_xdp_steer_stats stats;
};

struct steer_listener_view {
	struct steer_rule rule;
	enum steer_state state;
	unsigned int sockets;   /* open ones that the kernel knows of */
	bool waits;             /* it is open again, and the kernel does not know */
	struct holder *holders; /* of the sockets; each process once */
	unsigned int holder_count;
	struct steer_family_view v4, v6;
};

struct steer_view {
	bool attached;
	bool here;              /* to this network namespace */
	struct steer_listener_view *listener; /* by port, protocol, family */
	unsigned int count;
};

/* Errors are said. To be freed with steer_view_free(). */
int steer_view_read(struct steer_view *view, const char *pin_dir);
void steer_view_free(struct steer_view *view);

const char *steer_state_name(enum steer_state state);

#endif
