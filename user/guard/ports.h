/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports.h - the protected ports: those whose packets may be dropped.
 */
#ifndef GUARD_PORTS_H
#define GUARD_PORTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "kernel/maps.h"

/* Adds "PORT[-PORT][/tcp|/udp],..." or "all" to ports and the protect flags. 0, or
 * -EINVAL with both untouched and nothing logged. */
int ports_parse(const char *text, struct ecdn_xdp_protected_ports *ports, uint32_t *protect);

struct protection {
	bool all;
	struct ecdn_xdp_protected_ports ports;
};

/* Reads what the maps say. Errors are logged. */
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
