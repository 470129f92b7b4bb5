/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports.h - the protected ports: those whose packets may be dropped.
 */
#ifndef GUARD_PORTS_H
#define GUARD_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "guard/guard_maps.h"

struct protected_ports {
	uint32_t protect;       /* enum ecdn_xdp_protect */
	struct ecdn_xdp_protected_ports ports;
};

/* Adds "PORT[-PORT][/tcp|/udp],..." or "all" to *to. Returns 0; or -EINVAL, silent, with
 * *to unchanged. */
int ports_parse(const char *text, struct protected_ports *to);

/* Read and write the map; the protect flags are in the map "config". Errors are logged. */
int ports_read(const struct guard_maps *maps, uint32_t protect, struct protected_ports *to);
int ports_write(const struct guard_maps *maps, const struct protected_ports *from);

/* Whether a port is protected. protocol: IPPROTO_TCP or IPPROTO_UDP. */
bool ports_cover(const struct protected_ports *in, uint16_t port, uint8_t protocol);

#endif
