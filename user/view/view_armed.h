/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_armed.h - at which local addresses and ports the guard looks for a packet's socket, as of
 * one read of the map `armed`.
 */
#ifndef VIEW_VIEW_ARMED_H
#define VIEW_VIEW_ARMED_H

#include <stdint.h>

#include "ecdn-xdp-maps.h"

enum view_armed_state {
	VIEW_ARMED_LEARNING,    /* look-ups have not found enough sockets yet */
	VIEW_ARMED,             /* what has no socket is dropped in a surge */
	VIEW_ARMED_OFF,         /* known addresses had no socket: what has none passes */
	VIEW_ARMED_MAX,
};

struct view_armed_at {
	struct ecdn_xdp_armed_key key;
	struct ecdn_xdp_armed counts;
	enum view_armed_state state;
};

struct view_armed {
	struct view_armed_at *at; /* sorted by port and address; expired ones are left out */
	unsigned int count;
};

/* armed: that map, an fd, or -1. 0 or a negative errno, logged. The owner frees `at`. */
int view_armed_read(struct view_armed *view, int armed, uint64_t now_ns);

/* "learning", "armed" or "disarmed". */
const char *view_armed_name(enum view_armed_state state);

#endif
