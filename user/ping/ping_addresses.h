/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_addresses.h - this host's own unicast addresses, for which ping answers: those of
 * the network namespace in which the command runs, as they are at that time. Errors are
 * logged.
 */
#ifndef PING_PING_ADDRESSES_H
#define PING_PING_ADDRESSES_H

#include "ping/ping_maps.h"

struct ping_addresses {
	struct ecdn_xdp_local_key *key;
	unsigned int count;
};

/* Reads all addresses that the kernel takes for its own, except those of loopback. Freed
 * with ping_addresses_free(), and empty after an error. */
int ping_addresses_read(struct ping_addresses *addresses);
void ping_addresses_free(struct ping_addresses *addresses);

/* Makes the map local_addresses hold these addresses and no others. Those for which it has
 * no room are left out, with a warning. */
int ping_addresses_write(const struct ping_addresses *addresses, const struct ping_maps *maps);

/* Whether the map holds these addresses and no others, as far as it has room: 1, 0 or a negative
 * errno. */
int ping_addresses_are_in(const struct ping_addresses *addresses, const struct ping_maps *maps);

/* Finds the addresses that this host has now and the map does not hold, and those that only
 * the map holds, without IPv6 link-local ones. Both are freed by the caller, and empty
 * after an error. */
int ping_addresses_compare(struct ping_addresses *missing, struct ping_addresses *stale,
			   const struct ping_maps *maps);

/* Returns how many addresses the map holds, or a negative errno. */
int ping_addresses_count(const struct ping_maps *maps);

#endif
