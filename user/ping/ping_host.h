/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_host.h - what ping knows of this host: its addresses, and how its packets look. Errors are
 * logged.
 */
#ifndef PING_PING_HOST_H
#define PING_PING_HOST_H

#include "ping/ping_addresses.h"

/* Of what ping_host_is_known() asks. */
enum ping_host_of {
	PING_HOST_ADDRESSES = 1 << 0,
	PING_HOST_HOP_LIMITS = 1 << 1,
};

/* Whether the maps pinned in dir are as the host is now, 1 or 0; 1 as well if ping is on
 * no interface of this network namespace: then there is nothing to write. */
int ping_host_is_known(const char *dir, unsigned int of);

/* Writes all of it into the maps pinned in dir. The lock is held. */
int ping_host_follow(const char *dir);

/* Writes addresses, and into *config what else it has. */
int ping_host_write(const struct ping_addresses *addresses, const struct ping_maps *maps,
		    struct ecdn_xdp_ping_config *config);

#endif
