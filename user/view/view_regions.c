// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/words.h"
#include "drops.h"
#include "give_way.h"
#include "guard/guard_program.h"
#include "guard/limits_learned.h"
#include "guard/region_store.h"
#include "kernel/maps.h"
#include "rate.h"
#include "regions/names.h"
#include "view/view_pins.h"
#include "view/view_rows.h"

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

static void raise_load(struct view_load *load, enum ecdn_xdp_measure measure, uint64_t rate,
		       uint64_t limit)
{
	uint64_t share = limit ? rate * 1000 / limit : 0;

	if (!limit || (load->measure && share <= load->share))
		return;
	load->measure = measure;
	load->rate = rate;
	load->limit = limit;
	load->share = share;
}

static struct view_load load_of(const struct view_speed *speed, bool proven,
				const struct ecdn_xdp_limits *limits)
{
	struct view_load load = { .proven = proven };

	raise_load(&load, ECDN_XDP_MEASURE_PPS, speed->pps, limits->pps);
	raise_load(&load, ECDN_XDP_MEASURE_BPS, speed->bps, limits->bps);
	raise_load(&load, ECDN_XDP_MEASURE_CPS, speed->cps, limits->cps);
	return load;
}

/* A surge that is about to end is told by below_ns; while it goes on nobody knows its end. */
static uint64_t surge_end(const struct ecdn_xdp_region_rate *rates,
			  const struct ecdn_xdp_limits *limits, bool shield, uint32_t state)
{
	uint64_t until_ns = rates_until(rates, limits, shield, state);
	bool fades = (!rates->claimed.surge || rates->claimed.below_ns) &&
		     (!rates->proven.surge || rates->proven.below_ns);

	if (state == ECDN_XDP_STATE_LIMITED)
		fades = (shield ? rates->proven.below_ns : rates->claimed.below_ns) != 0;
	return fades && until_ns != UINT64_MAX ? until_ns : 0;
}

/* When a command's state ends by itself. */
static uint64_t command_end(const struct ecdn_xdp_limits *limits, uint32_t state)
{
	uint64_t until_ns = state == ECDN_XDP_STATE_EXEMPT ? limits->exempt_until_ns :
			    state == ECDN_XDP_STATE_BLOCKED ? limits->blocked_until_ns : 0;

	return until_ns == UINT64_MAX ? 0 : until_ns;
}

/* Why the region is in its state, and for how long. */
static void explain(struct view_region *region, const struct ecdn_xdp_region_rate *rates,
		    bool shield)
{
	const struct ecdn_xdp_limits *limits = &region->limits;
	bool proven = shield && (region->state == ECDN_XDP_STATE_LIMITED ||
				 !rates->claimed.surge);

	region->load = load_of(&region->claimed, false, limits);
	region->ends_ns = command_end(limits, region->state);
	if (region->state != ECDN_XDP_STATE_LIMITED && region->state != ECDN_XDP_STATE_SHIELDED)
		return;
	region->surge = load_of(proven ? &region->proven : &region->claimed, proven, limits);
	region->ends_ns = surge_end(rates, limits, shield, region->state);
}

/* When the state began that the region is in: what the packets have written may be over. */
static uint64_t since(const struct ecdn_xdp_region_state *public, uint32_t state, uint64_t now_ns)
{
	if (public->state == state && now_ns < public->until_ns)
		return public->since_ns;
	if (public->next == state && now_ns < (public->next_until_ns ?: UINT64_MAX))
		return public->until_ns;
	return public->next_until_ns;
}

/*
 * The state is the published one, by which proxies and steer decide. The rates are as of now:
 * they may say already what the next packet will make of the region, but none has come.
 */
static void judge(struct view_region *region, struct ecdn_xdp_region_rate *rates,
		  const struct ecdn_xdp_region_state *public, bool shield, uint64_t now_ns)
{
	const struct ecdn_xdp_rate *limiting = shield ? &rates->proven : &rates->claimed;

	rates_update(rates, &region->limits, shield, now_ns);
	region->state = ecdn_xdp_state_at(public, now_ns);
	region->since_ns = since(public, region->state, now_ns);
	region->limited_ns = region->state == ECDN_XDP_STATE_LIMITED ? limiting->surge_ns : 0;
	region->claimed = speed_of(&rates->claimed, now_ns);
	region->proven = speed_of(&rates->proven, now_ns);
	explain(region, rates, shield);
	region->left_ns = region->ends_ns > now_ns ? region->ends_ns - now_ns : 0;
}

/*
 * Who may not read the default limits sees by the row whether they are learned, and the limits as
 * the region's last packet left them; others as the next one will meet them.
 */
static int read_learned(struct view_region *region, const struct view_regions *view,
			const struct guard_maps *maps)
{
	struct limits_learned learned;
	int err;

	region->gives_way = view->gives_way;
	region->learns = limits_learned_is_auto(&region->limits, &view->config.default_limits);
	if (!region->learns && !view->shared)
		return 0;
	err = limits_learned_read(maps->region_learned, region->id, &region->limits, &learned);
	region->learns |= learned.has;
	region->learned = learned.row;
	if (!err && !view->shared && view->gives_way)
		give_way(&region->limits, &view->config.default_limits, &learned.row,
			 view->moment.now_ns);
	return err;
}

static int read_region(struct view_region *region, const struct view_regions *view,
		       const struct guard_maps *maps, const struct view_rows *rows)
{
	bool shield = view->config.shield == ECDN_XDP_SHIELD_ON;
	uint32_t id = region->id;
	int err;

	region->limits = rows->limits[id];
	region->peak = view_history_peak(&rows->history[id]);
	err = read_learned(region, view, maps);
	if (!err)
		judge(region, &rows->rates[id], &rows->states[id], shield, view->moment.now_ns);
	return err;
}

static int read_each(struct view_regions *view, const struct guard_maps *maps,
		     const struct names *names, const struct view_rows *rows)
{
	struct mapped counts;
	int err = mapped_open(&counts, maps->region_cpu, "region_cpu",
			      sizeof(struct ecdn_xdp_region_cpu));

	for (uint32_t id = 0; id < names_count(names) && !err; id++) {
		struct view_region *region = &view->region[id];

		view->count = id + 1;
		/* An id that was given back. */
		if (!names_of(names, id))
			continue;
		region->id = id;
		strcpy(region->name, names_of(names, id));
		counts_of_region(&counts, view->config.max_regions, id, &region->counts);
		err = read_region(region, view, maps, rows);
	}
	mapped_close(&counts);
	return err;
}

static int read_named(struct view_regions *view, const struct guard_maps *maps,
		      const struct names *names)
{
	struct view_rows rows;
	int err = view_rows_read(&rows, maps, names_count(names));

	view->region = calloc(names_count(names), sizeof(*view->region));
	if (!err && !view->region)
		err = log_error(-ENOMEM, "out of memory for the regions");
	err = err ?: read_each(view, maps, names, &rows);
	view_rows_free(&rows);
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

/* Who may not open the program is told what the maps say. */
static int read_program(struct view_regions *view, const struct guard_maps *maps)
{
	int gives_way = view->shared || guard_program_gives_way(maps->dir, maps->region_learned);

	view->gives_way = gives_way > 0;
	return gives_way < 0 ? gives_way : 0;
}

static int read_maps(struct view_regions *view, const struct guard_maps *maps)
{
	int err = counts_events(maps->cpu_events, &view->events);
	uint32_t lines;

	if (!err && !view->shared)
		err = region_store_used(maps, &view->generation, &lines);
	err = err ?: read_program(view, maps);
	err = err ?: read_regions(view, maps);
	err = err ?: read_requests(view, maps);
	close_gaps(view);
	return err;
}

int view_regions_read(struct view_regions *view, const char *pin_dir)
{
	struct guard_maps maps;
	struct view_pins pins;
	int err = view_pins_guard_shared(&pins, pin_dir, &maps);

	memset(view, 0, sizeof(*view));
	if (err)
		return err;
	view->config = pins.config;
	view->shared = pins.pins.shared;
	view->generation = pins.generation;
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

bool view_regions_is_learned(const struct view_region *region, enum ecdn_xdp_measure measure)
{
	struct ecdn_xdp_limits limits = region->limits;
	unsigned int at = measure - ECDN_XDP_MEASURE_PPS;

	return region->learns && measure && view_regions_learned(region)[at] &&
	       view_regions_learned(region)[at] == *limits_learned_rate(&limits, at);
}

bool view_regions_gave_way(const struct view_region *region)
{
	return region->learns && give_way_is_done(&region->limits, &region->learned);
}

const __u64 *view_regions_learned(const struct view_region *region)
{
	return limits_learned_rates(&region->limits, &region->learned);
}

bool view_regions_has_learned(const struct view_region *region)
{
	return view_regions_is_learned(region, ECDN_XDP_MEASURE_PPS) ||
	       view_regions_is_learned(region, ECDN_XDP_MEASURE_BPS) ||
	       view_regions_is_learned(region, ECDN_XDP_MEASURE_CPS);
}

uint64_t view_regions_got_513(const struct view_region *region)
{
	return region->requests.refused + region->counts.steered;
}

/* Of a counter that is younger than the read before: 0. */
static uint64_t by_second(uint64_t after, uint64_t before, double seconds)
{
	return after > before && seconds > 0 ? (after - before) / seconds + 0.5 : 0;
}

static void compare(struct view_region *region, const struct view_region *before, double seconds)
{
	region->flow = (struct view_flow){
		.measured = true,
		.dropped = by_second(drops_sum(&region->counts.dropped).packets,
				     drops_sum(&before->counts.dropped).packets, seconds),
		.would_drop = by_second(drops_sum(&region->counts.would_drop).packets,
					drops_sum(&before->counts.would_drop).packets, seconds),
		.got_513 = by_second(view_regions_got_513(region), view_regions_got_513(before),
				     seconds),
	};
}

void view_regions_compare(struct view_regions *view, const struct view_regions *before)
{
	const struct view_region none = {};
	double seconds = (view->moment.now_ns - before->moment.now_ns) / (double)NS_PER_SECOND;

	for (uint32_t i = 0; i < view->count; i++) {
		struct view_region *region = &view->region[i];
		const struct view_region *was = view_regions_at(before, region->id);

		/* An id may have been given to another region meanwhile. */
		compare(region, was && !strcmp(was->name, region->name) ? was : &none, seconds);
	}
}

static int by_id(const void *id, const void *region)
{
	uint32_t wanted = *(const uint32_t *)id, is = ((const struct view_region *)region)->id;

	return wanted < is ? -1 : wanted > is;
}

const struct view_region *view_regions_at(const struct view_regions *view, uint32_t id)
{
	return view->count ? bsearch(&id, view->region, view->count, sizeof(*view->region),
				     by_id) : NULL;
}

const struct view_region *view_regions_find(const struct view_regions *view, const char *name)
{
	struct words_guess guess = { .word = name };

	for (uint32_t i = 0; i < view->count; i++) {
		if (!strcmp(view->region[i].name, name))
			return &view->region[i];
		words_guess_add(&guess, view->region[i].name);
	}
	names_unknown(&guess);
	return NULL;
}

const char *const view_regions_states[] = {
	[ECDN_XDP_STATE_NORMAL] = "normal",
	[ECDN_XDP_STATE_LIMITED] = "limited",
	[ECDN_XDP_STATE_EXEMPT] = "exempt",
	[ECDN_XDP_STATE_BLOCKED] = "blocked",
	[ECDN_XDP_STATE_SHIELDED] = "shielded",
	[ECDN_XDP_STATE_MAX] = NULL,
};

const char *view_regions_state_name(uint32_t state)
{
	return words_name(view_regions_states, ECDN_XDP_STATE_MAX, state);
}
