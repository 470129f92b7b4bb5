/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netlink.h - what the kernel has of a kind, as a whole: routes, filters, sockets.
 */
#ifndef NET_NETLINK_H
#define NET_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

struct netlink_dump {
	int bus;                /* NETLINK_ROUTE, NETLINK_SOCK_DIAG */
	uint16_t type;
	const void *request;    /* what follows the netlink header, at most 64 bytes */
	size_t request_size;
	bool strict;            /* the kernel is to leave out what the request does not name */
	mnl_cb_t take;          /* of each message */
	void (*begin)(void *context); /* forgets what an earlier attempt has taken */
	void *context;
};

/* A dump during which something changed is begun anew. 0 or a negative errno, nothing
 * said. */
int netlink_dump(const struct netlink_dump *dump);

#endif
