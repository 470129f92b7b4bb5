/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.h - what a network interface is.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <stdbool.h>

/* True if frames on iface begin with an Ethernet header, or if that cannot be told; those
 * of tun, ppp or WireGuard begin with the IP header. */
bool link_has_ethernet(const char *iface);

#endif
