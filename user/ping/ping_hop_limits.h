/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_hop_limits.h - the TTL and hop limits of the host's own packets, which answers to
 * ping are to have, too.
 */
#ifndef PING_PING_HOP_LIMITS_H
#define PING_PING_HOP_LIMITS_H

#include <stdint.h>

#include "ping/ping_maps.h"

uint8_t ping_hop_limits_ipv4(void);

/* The hop limit on interfaces that come later. */
uint8_t ping_hop_limits_ipv6(void);

/* Whether the map ping_interfaces has the hop limit of each interface here, as far as it has room:
 * 1, 0 or a negative errno, logged. */
int ping_hop_limits_are_in(const struct ping_maps *maps);

/* Writes the IPv6 hop limit of each interface here into the map ping_interfaces. Interfaces
 * for which it has no room get that of later interfaces. Errors are logged. */
int ping_hop_limits_write(const struct ping_maps *maps);

#endif
