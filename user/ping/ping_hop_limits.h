/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hop_limits.h - what the host's own packets have for a TTL or a hop limit, which answers
 * to ping are to have, too.
 */
#ifndef PING_PING_HOP_LIMITS_H
#define PING_PING_HOP_LIMITS_H

#include <stdint.h>

#include "ping/ping_maps.h"

uint8_t ping_hop_limits_ipv4(void);

/* On interfaces that come later. */
uint8_t ping_hop_limits_ipv6(void);

/* Makes those of IPv6 on each interface here what the map ping_interfaces holds; beyond its
 * room interfaces have that of later ones. Errors are said. */
int ping_hop_limits_write(const struct ping_maps *maps);

#endif
