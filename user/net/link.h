/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.h - what the kernel tells about a network interface.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <stdbool.h>

/* True if frames of the interface begin with an Ethernet header. Those of tun, ppp or WireGuard
 * begin with the IP header. True as well if the kernel cannot tell; nothing is logged. */
bool link_has_ethernet(const char *iface);

#endif
