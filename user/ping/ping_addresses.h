/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * addresses.h - this host's own unicast addresses, which ping answers for: those of the
 * network namespace that the command runs in, as of now.
 */
#ifndef PING_PING_ADDRESSES_H
#define PING_PING_ADDRESSES_H

#include "ping/ping_maps.h"

struct addresses {
	struct ecdn_xdp_local_key *key;
	unsigned int count;
};

/* All that the kernel takes for its own, but for loopback's. Errors are said. */
int addresses_read(struct addresses *addresses);
void addresses_free(struct addresses *addresses);

/* Makes them those of the map local_addresses. More than it holds are left out, with a
 * warning. Errors are said. */
int addresses_write(const struct addresses *addresses, const struct ping_maps *maps);

/*
 * Those that this host has now and the map does not hold, and those that the map alone
 * holds, IPv6 link-local ones aside. Both are to be freed, and empty after an error, which is
 * said.
 */
int addresses_compare(struct addresses *missing, struct addresses *stale,
		      const struct ping_maps *maps);

/* How many the map holds; errors are said. */
int addresses_count(const struct ping_maps *maps);

#endif
