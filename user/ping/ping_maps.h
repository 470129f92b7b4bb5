/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_maps.h - the maps of ping, opened.
 */
#ifndef PING_PING_MAPS_H
#define PING_PING_MAPS_H

#include "ecdn-xdp-maps.h"
#include "kernel/maps.h"

struct ping_maps {
	int ping_config, ping_interfaces, local_addresses, node_stats, node_buckets, ping_events;
};

extern const struct map_row ping_maps_rows[];

#endif
