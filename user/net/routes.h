/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * routes.h - the addresses that the kernel takes for this host's own, as its local routes tell:
 * those of the network namespace that the process runs in, as of now.
 */
#ifndef NET_ROUTES_H
#define NET_ROUTES_H

#include "base/cidr.h"

/* Prefixes of both families, IPv4 first, in the kernel's order. One can be there twice. */
struct routes {
	struct cidr *prefix;
	unsigned int count;
};

/* Reads all of them but loopback's. 0, or a negative errno with the reason logged. *routes is to
 * be freed with routes_free(), and empty after an error. */
int routes_read_local(struct routes *routes);
void routes_free(struct routes *routes);

#endif
