/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_addresses.h - this host's own unicast addresses, which ping answers for: those of
 * the network namespace that the command runs in, as of now. Errors are logged.
 */
#ifndef PING_PING_ADDRESSES_H
#define PING_PING_ADDRESSES_H

#include "ping/ping_maps.h"

struct ping_addresses {
	struct ecdn_xdp_local_key *key;
	unsigned int count;
};

/* All that the kernel takes for its own, except loopback's. Freed with
 * ping_addresses_free(), and empty after an error. */
int ping_addresses_read(struct ping_addresses *addresses);
void ping_addresses_free(struct ping_addresses *addresses);

/* Makes the map local_addresses hold these and no others. More than it has room for are
 * left out, with a warning. */
int ping_addresses_write(const struct ping_addresses *addresses, const struct ping_maps *maps);

/* Finds what this host has now and the map does not hold, and what the map alone holds,
 * IPv6 link-local addresses aside. Both are freed by the caller, and empty after an error. */
int ping_addresses_compare(struct ping_addresses *missing, struct ping_addresses *stale,
			   const struct ping_maps *maps);

/* How many the map holds. */
int ping_addresses_count(const struct ping_maps *maps);

#endif
