/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netlink.h - asks the kernel for all objects of a kind: routes, filters, sockets; or to change
 * one. The answer is believed from the kernel alone, whoever else sends one.
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
	const void *request;    /* what follows the netlink header */
	size_t request_size;    /* in bytes, at most 64 */
	bool strict;            /* the kernel leaves out what does not match the request */
	mnl_cb_t take;          /* called for each message */
	void (*begin)(void *context); /* forgets what an earlier attempt has taken */
	void *context;
};

/* Begins again if something changed while the kernel answered. 0 or a negative errno; nothing is
 * logged. */
int netlink_dump(const struct netlink_dump *dump);

/* Sends a request whose header has its length, type and own flags; the others are set here. 0 or
 * the kernel's negative errno; nothing is logged. */
int netlink_change(int bus, struct nlmsghdr *request);

#endif
