/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_view.h - one read of ping: where it is, how it is set up, and what it met besides
 * requests of nodes. view/view_nodes.h has those.
 */
#ifndef VIEW_VIEW_PING_H
#define VIEW_VIEW_PING_H

#include "ping/ping_part.h"

struct ping_view {
	struct ecdn_xdp_ping_config config;
	struct ecdn_xdp_ping_events events; /* of all CPUs */
	unsigned int addresses; /* of this host, as ping knows them */
	struct tc_attachment *attachments; /* fds closed */
	unsigned int attachment_count;
	bool attached;          /* one of them still is */
	bool here;              /* ... in this network namespace */
	bool gone;              /* one of them is not */
	struct addresses missing; /* here: what this host has and ping does not know ... */
	struct addresses stale; /* ... and what ping takes for this host's and is not */
};

/* Errors are said. To be freed with ping_view_free(). */
int ping_view_read(struct ping_view *view, const char *pin_dir);
void ping_view_free(struct ping_view *view);

#endif
