/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_ping.h - one read of ping: where it is attached, how it is set up, and what it met
 * besides requests of nodes, which view/view_nodes.h has.
 */
#ifndef VIEW_VIEW_PING_H
#define VIEW_VIEW_PING_H

#include "ping/ping_addresses.h"
#include "ping/ping_part.h"

struct view_ping {
	bool loaded;            /* else all other members are zeros */
	struct ecdn_xdp_ping_config config;
	struct ecdn_xdp_ping_events events; /* sums over CPUs */
	unsigned int addresses; /* of this host, as ping knows them */
	struct tc_link *attachments; /* their fds are closed */
	unsigned int attachment_count;
	bool attached;          /* at least one link is still there ... */
	bool here;              /* ... and in this network namespace */
	bool gone;              /* at least one is not there any more */
	/* Both empty unless ping is here, since addresses are a network namespace's own. */
	struct ping_addresses missing; /* what this host has and ping does not know */
	struct ping_addresses stale; /* what ping takes for this host's, which has it no longer */
};

/* 0 or a negative errno, logged. To be freed with view_ping_free(). */
int view_ping_read(struct view_ping *view, const char *pin_dir);
void view_ping_free(struct view_ping *view);

#endif
