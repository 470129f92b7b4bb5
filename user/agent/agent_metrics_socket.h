/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_metrics_socket.h - the socket that takes connections for the metrics.
 */
#ifndef AGENT_AGENT_METRICS_SOCKET_H
#define AGENT_AGENT_METRICS_SOCKET_H

#include <sys/types.h>

#include "agent/agent_metrics_where.h"

struct agent_metrics_socket {
	int fd;                 /* -1: there is none */
	struct agent_metrics_where where;
	dev_t device;           /* of a Unix socket: which one it is, as another may take its */
	ino_t inode;            /* path */
};

void agent_metrics_socket_init(struct agent_metrics_socket *socket);

/* Listens. 0; -EADDRINUSE, silent; another negative errno, logged. */
int agent_metrics_socket_open(struct agent_metrics_socket *socket,
			      const struct agent_metrics_where *where);

/* The path of a Unix socket goes, too, if it is still this one's. */
void agent_metrics_socket_close(struct agent_metrics_socket *socket);

#endif
