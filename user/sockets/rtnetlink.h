/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rtnetlink.h - what the kernel's routing has, as a whole: routes, qdiscs, filters.
 */
#ifndef SOCKETS_RTNETLINK_H
#define SOCKETS_RTNETLINK_H

#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

struct rtnetlink_dump {
	uint16_t type;          /* RTM_GET* */
	const void *family;     /* what follows the netlink header */
	size_t family_size;
	mnl_cb_t take;          /* of each message */
	void (*begin)(void *context); /* forgets what an earlier attempt has taken */
	void *context;
};

/* A dump during which something changed is begun anew. 0 or a negative errno, nothing
 * said. */
int rtnetlink_dump(const struct rtnetlink_dump *dump);

#endif
