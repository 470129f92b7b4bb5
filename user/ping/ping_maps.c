// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_maps.h"

const struct map_row ping_maps_rows[] = {
	MAP_ROW(struct ping_maps, ping_config),
	MAP_ROW(struct ping_maps, local_addresses),
	MAP_ROW(struct ping_maps, node_stats),
	MAP_ROW(struct ping_maps, node_buckets),
	MAP_ROW(struct ping_maps, ping_events),
	MAP_ROW_OPTIONAL(struct ping_maps, ping_interfaces),
	{ NULL, 0, false },
};
