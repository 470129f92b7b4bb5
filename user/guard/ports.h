/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * protected.h - which ports the maps say are protected.
 */
#ifndef GUARD_PORTS_H
#define GUARD_PORTS_H

#include <netinet/in.h>

#include "kernel/maps.h"

struct protection {
	bool all;
	struct ecdn_xdp_protected_ports ports;
};

/* Errors are said. */
static inline int protection_read(const struct maps *maps, struct protection *protection)
{
	struct ecdn_xdp_config config;
	int err = maps_config(maps, &config);

	protection->all = !err && config.protect & ECDN_XDP_PROTECT_ALL;
	return err ?: maps_get(maps->protected_ports, "protected_ports", &(__u32){ 0 },
			       &protection->ports);
}

static inline bool protection_covers(const struct protection *protection, uint16_t port,
				     uint8_t protocol)
{
	const uint8_t *bits = protocol == IPPROTO_TCP ? protection->ports.tcp :
							protection->ports.udp;

	return protection->all || bits[port / 8] & 1 << port % 8;
}

#endif
