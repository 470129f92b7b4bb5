// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/words.h"
#include "guard/region_store.h"
#include "kernel/maps.h"
#include "rate.h"
#include "regions/names.h"
#include "view/view_pins.h"

static struct view_speed speed_of(const struct ecdn_xdp_rate *rate, uint64_t now_ns)
{
	const struct ecdn_xdp_load load = window_load(&rate->slow, RATE_SLOW_SPAN, now_ns);
	const struct view_speed speed = {
		.pps = per_second(load.packets),
		.bps = per_second(load.bits),
		.cps = per_second(load.connections),
	};

	return speed;
}

/* What the kernel would make of the region's rates if a packet came now. */
static void judge(struct view_region *region, struct ecdn_xdp_region_rate *rates, bool shield,
		  uint64_t now_ns)
{
	const struct ecdn_xdp_rate *limiting = shield ? &rates->proven : &rates->claimed;

	region->state = rates_update(rates, &region->limits, shield, now_ns);
	region->limited_ns = region->state == ECDN_XDP_STATE_LIMITED ? limiting->surge_ns : 0;
	region->claimed = speed_of(&rates->claimed, now_ns);
	region->proven = speed_of(&rates->proven, now_ns);
}

static int read_region(struct view_region *region, const struct guard_maps *maps, bool shield,
		       uint64_t now_ns)
{
	struct ecdn_xdp_region_rate shared;
	int err = guard_maps_limits(maps, region->id, &region->limits);

	err = err ?: maps_get(maps->region_rate, "region_rate", &region->id, &shared);
	if (!err)
		judge(region, &shared, shield, now_ns);
	return err;
}

static int read_named(struct view_regions *view, const struct guard_maps *maps,
		      const struct names *names)
{
	bool shield = view->config.shield == ECDN_XDP_SHIELD_ON;
	struct mapped rows;
	int err = mapped_open(&rows, maps->region_cpu, "region_cpu",
			      sizeof(struct ecdn_xdp_region_cpu));

	view->region = calloc(names_count(names), sizeof(*view->region));
	if (!err && !view->region)
		err = log_error(-ENOMEM, "out of memory for the regions");
	for (uint32_t id = 0; id < names_count(names) && !err; id++) {
		struct view_region *region = &view->region[id];

		view->count = id + 1;
		/* An id that was given back. */
		if (!names_of(names, id))
			continue;
		region->id = id;
		strcpy(region->name, names_of(names, id));
		counts_of_region(&rows, view->config.max_regions, id, &region->counts);
		err = read_region(region, maps, shield, view->moment.now_ns);
	}
	mapped_close(&rows);
	return err;
}

static int read_regions(struct view_regions *view, const struct guard_maps *maps)
{
	struct names *names;
	int err = guard_maps_names(maps, view->config.max_regions, &names);

	if (err)
		return err;
	err = read_named(view, maps, names);
	names_free(names);
	return err;
}

static int read_requests(struct view_regions *view, const struct guard_maps *maps)
{
	const struct ecdn_xdp_requests *row;
	struct mapped rows;
	int err = mapped_open(&rows, maps->request_stats, "request_stats", sizeof(*row));

	row = rows.at;
	for (uint32_t i = 0; i < rows.entries; i++) {
		uint32_t id = i % view->config.max_regions;

		if (id >= view->count)
			continue;
		view->region[id].requests.requests += row[i].requests;
		view->region[id].requests.refused += row[i].refused;
	}
	mapped_close(&rows);
	return err;
}

/* Leaves out the ids that no region has. */
static void close_gaps(struct view_regions *view)
{
	uint32_t kept = 0;

	for (uint32_t id = 0; id < view->count; id++)
		if (view->region[id].name[0])
			view->region[kept++] = view->region[id];
	view->count = kept;
}

static int read_maps(struct view_regions *view, const struct guard_maps *maps)
{
	int err = counts_events(maps->cpu_events, &view->events);
	uint32_t lines;

	err = err ?: region_store_used(maps, &view->generation, &lines);
	err = err ?: read_regions(view, maps);
	err = err ?: read_requests(view, maps);
	close_gaps(view);
	return err;
}

int view_regions_read(struct view_regions *view, const char *pin_dir)
{
	struct guard_maps maps;
	struct view_pins pins;
	int err = view_pins_guard(&pins, pin_dir, &maps);

	memset(view, 0, sizeof(*view));
	if (err)
		return err;
	view->config = pins.config;
	view->moment = clock_now();
	err = read_maps(view, &maps);
	guard_maps_close(&maps);
	if (err)
		view_regions_free(view);
	return err;
}

void view_regions_free(struct view_regions *view)
{
	free(view->region);
	memset(view, 0, sizeof(*view));
}

const struct view_region *view_regions_find(const struct view_regions *view, const char *name)
{
	for (uint32_t i = 0; i < view->count; i++)
		if (!strcmp(view->region[i].name, name))
			return &view->region[i];
	names_unknown(name);
	return NULL;
}

const char *view_regions_state_name(uint32_t state)
{
	static const char *const names[] = {
		[ECDN_XDP_STATE_NORMAL] = "normal",
		[ECDN_XDP_STATE_LIMITED] = "limited",
		[ECDN_XDP_STATE_EXEMPT] = "exempt",
		[ECDN_XDP_STATE_BLOCKED] = "blocked",
		[ECDN_XDP_STATE_SHIELDED] = "shielded",
	};
	_Static_assert(sizeof(names) / sizeof(*names) == ECDN_XDP_STATE_MAX, "a name each");

	return words_name(names, ECDN_XDP_STATE_MAX, state);
}
