/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_steer.h - one read of what is steered: each listener, its state, the processes that
 * hold it, and what was counted. Counters are sums over CPUs.
 */
#ifndef VIEW_VIEW_STEER_H
#define VIEW_VIEW_STEER_H

#include "steer/steer_rule.h"
#include "steer/steer_maps.h"

enum view_steer_state {
	VIEW_STEER_READY,
	VIEW_STEER_GONE,        /* none of the listener's sockets listens */
	VIEW_STEER_FOREIGN,     /* gone, and what listens there belongs to another user */
	VIEW_STEER_UNPROTECTED, /* its port is not protected, so nothing is steered from there */
	VIEW_STEER_STATES,
};

/* Connections of one address family to the port. */
struct view_family {
	bool own;               /* this listener shows the family's counters */
	bool served;            /* the listener can take its connections */
	struct ecdn_xdp_steer_stats stats;
};

struct view_listener {
	struct steer_rule rule;
	enum view_steer_state state;
	unsigned int sockets;   /* those in steer_sockets that listen */
	bool waits;             /* an open socket is not in steer_sockets yet: `steer refresh` */
	bool foreign;           /* another user's socket is open there, and not taken */
	struct holder *holders; /* processes that hold the sockets, each once */
	unsigned int holder_count;
	struct view_family v4, v6;
};

struct view_steer {
	bool attached;          /* to a network namespace ... */
	bool here;              /* ... and to this one */
	bool unguarded;         /* no interface has the guard, and so it is attached nowhere */
	bool hooked;            /* TCP listeners which start later are found by themselves */
	bool uncounted;         /* steered TCP connections are not: what counted them is gone */
	struct view_listener *listener; /* by port, protocol, family */
	unsigned int count;
};

/* 0 or a negative errno, logged. To be freed with view_steer_free(). */
int view_steer_read(struct view_steer *view, const char *pin_dir);
void view_steer_free(struct view_steer *view);

/* Whether a listener has sockets that wait for `steer refresh`. */
bool view_steer_waits(const struct view_steer *view);

/* "ready", "gone", "foreign" or "unprotected". */
const char *view_steer_state_name(enum view_steer_state state);

#endif
