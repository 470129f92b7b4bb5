/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exporter_http.h - requests over HTTP, and their answers.
 */
#ifndef EXPORTER_HTTP_H
#define EXPORTER_HTTP_H

#include <stdbool.h>

#include "exporter_page.h"

#define EXPORTER_HTTP_CONNECTIONS 16

/* A connection, and what it waits for. */
struct exporter_http_slot {
	struct MHD_Connection *connection; /* NULL: the slot is free */
	int socket;
	uint64_t since_ns;      /* since when it owes a whole request, or the taking of its
				   answer */
	bool waits;             /* for the page; it is suspended */
	bool waited;
};

struct exporter_http {
	struct MHD_Daemon *daemon;
	int epoll;
	struct exporter_page page;
	bool any_host;          /* over a Unix socket, whose permissions say who may ask */
	bool packs;             /* by gzip if asked: over loopback it costs more than it saves */
	char *const *names;     /* see exporter_host_is_ours() */
	struct exporter_http_slot slot[EXPORTER_HTTP_CONNECTIONS];
};

/* Serves what is accepted by the fd. 0 or a negative errno, logged. */
int exporter_http_open(struct exporter_http *http, int listener);

/* How long may be waited for its epoll fd, in milliseconds. */
int exporter_http_timeout(const struct exporter_http *http);

/* Does what can be done now. A negative errno, silent: the agent is gone. */
int exporter_http_run(struct exporter_http *http);

#endif
