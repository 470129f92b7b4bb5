// SPDX-License-Identifier: BSD-2-Clause
#include "origin/origin_maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/mapped.h"

#define KEYS "origin_keys"

const struct map_row origin_maps_rows[] = {
	MAP_ROW(struct origin_maps, origin_config,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_origin_config), MAP_FOR(STATS)),
	MAP_ROW(struct origin_maps, origin_names,
		MAP_IS(HASH, struct ecdn_xdp_origin_key, struct ecdn_xdp_origin_name),
		MAP_FOR(STATS)),
	MAP_ROW(struct origin_maps, origin_keys,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_origin_key), MAP_MMAP,
		MAP_ENTRIES(ECDN_XDP_ORIGINS), MAP_FOR(BOTH)),
	MAP_ROW(struct origin_maps, origin_stats,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_origin_stats), MAP_MMAP,
		MAP_ENTRIES(ECDN_XDP_ORIGINS), MAP_FOR(STATS)),
	MAP_ROW(struct origin_maps, origin_spans,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_origin_spans),
		MAP_ENTRIES(ECDN_XDP_ORIGINS), MAP_FOR(STATS)),
	MAP_ROW(struct origin_maps, origin_requests,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_origin_requests), MAP_MMAP,
		MAP_ENTRIES(ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS), MAP_FOR(COUNTS)),
	MAP_ROW(struct origin_maps, origin_head,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_origin_head), MAP_FOR(STATS)),
	MAP_ROW(struct origin_maps, origin_failures,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_origin_failure), MAP_MMAP,
		MAP_ENTRIES(ECDN_XDP_ORIGIN_FAILURES)),
	MAP_ROW_CLOSED(origins, MAP_IS(HASH, struct ecdn_xdp_origin_key, __u32)),
	MAP_ROW_CLOSED(origin_conns, MAP_IS(SK_STORAGE, int, struct ecdn_xdp_origin_conn)),
	MAP_ROW_PROGRAM(origin_in),
	MAP_ROW_PROGRAM(origin_out),
	MAP_ROW_PROGRAM(origin_error),
	MAP_ROW_LINK(origin, BPF_LINK_TYPE_CGROUP),
	MAP_ROW_LINK(origin_in, BPF_LINK_TYPE_CGROUP),
	MAP_ROW_LINK(origin_out, BPF_LINK_TYPE_CGROUP),
	MAP_ROW_LINK(origin_error, BPF_LINK_TYPE_RAW_TRACEPOINT),
	MAP_ROW_END,
};

int origin_maps_config(const struct origin_maps *maps, struct ecdn_xdp_origin_config *config)
{
	return maps_get(maps->origin_config, "origin_config", &(__u32){ 0 }, config);
}

int origin_maps_set_config(const struct origin_maps *maps,
			   const struct ecdn_xdp_origin_config *config)
{
	return maps_set(maps->origin_config, "origin_config", &(__u32){ 0 }, config);
}

int origin_maps_freeze(const char *dir)
{
	scoped_fd int keys = pins_get(dir, KEYS);

	if (keys < 0 || mapped_is_frozen(keys) || !bpf_map_freeze(keys))
		return keys < 0 ? keys : 0;
	return log_error(-errno, "cannot freeze map " KEYS ": %s", strerror(errno));
}
