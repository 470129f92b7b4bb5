// SPDX-License-Identifier: BSD-2-Clause
#include "dry/dry_maps.h"

#define ROW(map, ...) MAP_ROW(struct dry_maps, map, __VA_ARGS__)

const struct map_row dry_maps_rows[] = {
	ROW(config, MAP_IS(ARRAY, __u32, struct ecdn_xdp_config), MAP_MMAP),
	ROW(protected_ports, MAP_IS(ARRAY, __u32, struct ecdn_xdp_protected_ports)),
	ROW(region_table, MAP_IS(ARRAY_OF_MAPS, __u32, __u32)),
	ROW(region_learned, MAP_IS(HASH, __u32, struct ecdn_xdp_learned), MAP_OPTIONAL),
	ROW(trusted_table, MAP_IS(ARRAY_OF_MAPS, __u32, __u32)),
	ROW(trusted_ceilings, MAP_IS(HASH, __u32, struct ecdn_xdp_trusted_ceiling), MAP_OPTIONAL),
	ROW(region_limits, MAP_IS(ARRAY, __u32, struct ecdn_xdp_limits)),
	ROW(region_rate, MAP_IS(ARRAY, __u32, struct ecdn_xdp_region_rate)),
	ROW(region_state, MAP_IS(ARRAY, __u32, struct ecdn_xdp_region_state), MAP_MMAP),
	ROW(region_cpu, MAP_IS(ARRAY, __u32, struct ecdn_xdp_region_cpu), MAP_MMAP),
	ROW(prefixes, MAP_IS(ARRAY, __u32, struct ecdn_xdp_prefix_set), MAP_MMAP),
	ROW(prefix_buckets, MAP_IS(ARRAY, __u32, struct ecdn_xdp_bucket_set)),
	ROW(cpu, MAP_IS(ARRAY, __u32, struct ecdn_xdp_cpu), MAP_MMAP),
	ROW(known, MAP_IS(ARRAY, __u32, struct ecdn_xdp_known_line), MAP_MMAP, MAP_OPTIONAL),
	ROW(armed, MAP_IS(LRU_HASH, struct ecdn_xdp_armed_key, struct ecdn_xdp_armed),
	    MAP_OPTIONAL),
	ROW(trusted_rates, MAP_IS(HASH, __u32, struct ecdn_xdp_trusted_rate), MAP_OPTIONAL),
	ROW(trusted_cpu, MAP_IS(ARRAY, __u32, struct ecdn_xdp_trusted_line), MAP_MMAP,
	    MAP_OPTIONAL),
	MAP_ROW_END,
};
