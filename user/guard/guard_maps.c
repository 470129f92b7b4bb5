// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_maps.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"

const struct map_row guard_maps_rows[] = {
	MAP_ROW(struct guard_maps, protected_ports,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_protected_ports)),
	MAP_ROW(struct guard_maps, region_table, MAP_IS(ARRAY_OF_MAPS, __u32, __u32),
		MAP_DIR(struct guard_maps)),
	MAP_ROW(struct guard_maps, region_name,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_region_name), MAP_PER_REGION,
		MAP_FOR(STATS)),
	MAP_ROW(struct guard_maps, region_limits, MAP_IS(ARRAY, __u32, struct ecdn_xdp_limits),
		MAP_PER_REGION, MAP_FOR(STATS)),
	MAP_ROW(struct guard_maps, region_state,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_region_state), MAP_MMAP, MAP_PER_REGION,
		MAP_FOR(BOTH)),
	MAP_ROW(struct guard_maps, region_cpu,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_region_cpu), MAP_MMAP, MAP_PER_REGION,
		MAP_FOR(STATS)),
	MAP_ROW(struct guard_maps, region_rate,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_region_rate), MAP_PER_REGION,
		MAP_FOR(STATS)),
	MAP_ROW(struct guard_maps, prefixes,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_prefix_set), MAP_MMAP,
		MAP_ENTRIES(ECDN_XDP_PREFIX_SETS), MAP_FOR(STATS)),
	MAP_ROW(struct guard_maps, cpu_events,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_events), MAP_MMAP, MAP_FOR(STATS)),
	MAP_ROW(struct guard_maps, request_stats,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_requests), MAP_MMAP, MAP_PER_REGION,
		MAP_FOR(COUNTS)),
	MAP_ROW(struct guard_maps, region_notes,
		MAP_IS(HASH, struct ecdn_xdp_note_key, struct ecdn_xdp_note), MAP_OPTIONAL,
		MAP_FOR(STATS)),
	MAP_ROW(struct guard_maps, region_until,
		MAP_IS(HASH, struct ecdn_xdp_note_key, struct ecdn_xdp_until), MAP_OPTIONAL),
	MAP_ROW(struct guard_maps, region_learned,
		MAP_IS(HASH, __u32, struct ecdn_xdp_learned), MAP_OPTIONAL, MAP_FOR(STATS)),
	MAP_ROW_CLOSED(region_lines, MAP_IS(ARRAY, __u32, struct ecdn_xdp_table_line), MAP_MMAP,
		       MAP_FOR(TABLE)),
	MAP_ROW_CLOSED(prefix_buckets, MAP_IS(ARRAY, __u32, struct ecdn_xdp_bucket_set),
		       MAP_ENTRIES(ECDN_XDP_BUCKET_SETS)),
	MAP_ROW_CLOSED(cpu, MAP_IS(ARRAY, __u32, struct ecdn_xdp_cpu), MAP_MMAP),
	MAP_ROW(struct guard_maps, trusted_rates,
		MAP_IS(HASH, __u32, struct ecdn_xdp_trusted_rate), MAP_OPTIONAL),
	MAP_ROW(struct guard_maps, trusted_cpu,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_trusted_line), MAP_MMAP, MAP_OPTIONAL,
		MAP_ENTRIES(ECDN_XDP_TRUSTED_LINES)),
	MAP_ROW(struct guard_maps, trusted_ceilings,
		MAP_IS(HASH, __u32, struct ecdn_xdp_trusted_ceiling), MAP_OPTIONAL),
	MAP_ROW_CLOSED(public_config,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_public_config), MAP_MMAP, MAP_FOR(BOTH)),
	MAP_ROW_LINK(regions, BPF_LINK_TYPE_ITER),
	MAP_ROW_CLOSED(known, MAP_IS(ARRAY, __u32, struct ecdn_xdp_known_line), MAP_MMAP,
		       MAP_OPTIONAL, MAP_ENTRIES(ECDN_XDP_KNOWN_LINES)),
	MAP_ROW(struct guard_maps, armed,
		MAP_IS(LRU_HASH, struct ecdn_xdp_armed_key, struct ecdn_xdp_armed), MAP_OPTIONAL),
	MAP_ROW(struct guard_maps, region_history,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_region_history), MAP_OPTIONAL,
		MAP_PER_REGION, MAP_FOR(STATS)),
	MAP_ROW(struct guard_maps, change_head,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_change_head), MAP_OPTIONAL,
		MAP_FOR(STATS)),
	MAP_ROW(struct guard_maps, changes,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_change), MAP_MMAP, MAP_OPTIONAL,
		MAP_ENTRIES(ECDN_XDP_CHANGES), MAP_FOR(STATS)),
	MAP_ROW_CLOSED(shield_ifaces, MAP_IS(HASH, __u32, __u32), MAP_OPTIONAL),
	MAP_ROW_CLOSED(fast_opens, MAP_IS(SK_STORAGE, int, __u32), MAP_OPTIONAL),
	MAP_ROW_CLOSED(region_sources, MAP_IS(HASH, __u32, struct ecdn_xdp_source), MAP_OPTIONAL),
	MAP_ROW(struct guard_maps, capture_rule,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_capture_rule), MAP_OPTIONAL),
	MAP_ROW(struct guard_maps, capture_cpu,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_capture_cpu), MAP_MMAP, MAP_OPTIONAL),
	MAP_ROW(struct guard_maps, capture_packets, MAP_IS(PERF_EVENT_ARRAY, __u32, __u32),
		MAP_OPTIONAL),
	MAP_ROW_PROGRAM(proven),
	MAP_ROW_LINK(proven, BPF_LINK_TYPE_CGROUP),
	MAP_ROW_FOLDER(PINS_LINKS, BPF_LINK_TYPE_XDP, NULL),
	MAP_ROW_END,
};

void guard_maps_init(struct guard_maps *maps)
{
	maps_init(guard_maps_rows, maps);
}

void guard_maps_close(struct guard_maps *maps)
{
	maps_close(guard_maps_rows, maps);
}

int guard_maps_open(struct guard_maps *maps, const struct pins *pins)
{
	return maps_open(guard_maps_rows, maps, pins);
}

int guard_maps_limits(const struct guard_maps *maps, uint32_t region,
		      struct ecdn_xdp_limits *limits)
{
	return maps_get(maps->region_limits, "region_limits", &region, limits);
}

int guard_maps_set_limits(const struct guard_maps *maps, uint32_t region,
			  const struct ecdn_xdp_limits *limits)
{
	return maps_set(maps->region_limits, "region_limits", &region, limits);
}

static int set_names(struct ecdn_xdp_region_name *rows, uint32_t count, struct names *names)
{
	for (uint32_t id = 1; id < count; id++) {
		int err;

		if (!rows[id].name[0])
			continue;
		rows[id].name[sizeof(rows[id].name) - 1] = 0;
		err = names_set(names, id, rows[id].name);
		if (err)
			return log_error(err, "map region_name holds %s twice", rows[id].name);
	}
	return 0;
}

static int read_names(const struct guard_maps *maps, uint32_t max_regions, struct names *names)
{
	scoped_free struct ecdn_xdp_region_name *rows = calloc(max_regions + 1, sizeof(*rows));
	int err;

	if (!rows)
		return log_error(-ENOMEM, "out of memory");
	err = maps_get_first(maps->region_name, "region_name", max_regions, sizeof(*rows), rows);
	return err ?: set_names(rows, max_regions, names);
}

int guard_maps_names(const struct guard_maps *maps, uint32_t max_regions, struct names **names)
{
	struct names *found = names_new(max_regions);
	int err;

	if (!found)
		return log_error(-ENOMEM, "out of memory");
	err = read_names(maps, max_regions, found);
	if (err)
		names_free(found);
	else
		*names = found;
	return err;
}

int guard_maps_set_names(const struct guard_maps *maps, const struct names *names)
{
	int err = 0;

	for (uint32_t id = 0; id < names_capacity(names) && !err; id++) {
		struct ecdn_xdp_region_name name = {};
		const char *now = names_of(names, id) ?: "";

		/* Region 0 has its name always, which the first load writes. */
		if (id != ECDN_XDP_REGION_NONE && !names_changed(names, id))
			continue;
		memcpy(name.name, now, strlen(now));
		err = maps_set(maps->region_name, "region_name", &id, &name);
	}
	return err;
}
