// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_maps.h"

#include "kernel/pin_check.h"

const struct map_row ping_maps_rows[] = {
	MAP_ROW(struct ping_maps, ping_config, MAP_IS(ARRAY, __u32, struct ecdn_xdp_ping_config)),
	MAP_ROW(struct ping_maps, local_addresses,
		MAP_IS(LPM_TRIE, struct ecdn_xdp_local_key, __u32)),
	MAP_ROW(struct ping_maps, node_stats,
		MAP_IS(PERCPU_HASH, __u32, struct ecdn_xdp_node_stats)),
	MAP_ROW(struct ping_maps, node_buckets, MAP_IS(HASH, __u32, struct ecdn_xdp_node_bucket)),
	MAP_ROW(struct ping_maps, ping_events,
		MAP_IS(PERCPU_ARRAY, __u32, struct ecdn_xdp_ping_events)),
	MAP_ROW(struct ping_maps, ping_interfaces,
		MAP_IS(HASH, __u32, struct ecdn_xdp_ping_interface)),
	MAP_ROW_FOLDER("ping", PIN_CHECK_TCX, "ping"),
	MAP_ROW_END,
};
