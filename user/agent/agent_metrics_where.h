/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_metrics_where.h - the place where metrics are served, as the operator wrote it.
 */
#ifndef AGENT_AGENT_METRICS_WHERE_H
#define AGENT_AGENT_METRICS_WHERE_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct agent_metrics_where {
	union {
		struct sockaddr head;
		struct sockaddr_un local;
		struct sockaddr_storage room;
	};
	socklen_t size;
	bool is_local;          /* a Unix socket, by its path */
	bool is_loopback;       /* an address that this host alone reaches */
	bool is_any;            /* all addresses of this host */
};

/* Reads ADDR:PORT, [ADDR]:PORT or unix:PATH. 0; -EINVAL, logged. */
int agent_metrics_where_read(struct agent_metrics_where *where, const char *text);

#endif
