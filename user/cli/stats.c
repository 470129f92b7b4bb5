// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "cli/cli.h"
#include "show/events.h"
#include "show/columns.h"
#include "view/view_regions.h"

static void traffic_row(struct columns *columns, const struct view_regions *view,
			const struct view_region *region)
{
	const struct ecdn_xdp_region_stats *stats = &region->stats;
	struct ecdn_xdp_traffic drops = view_regions_drops(view->config.monitor ?
						       &stats->would_drop : &stats->dropped);

	columns_cell(columns, "%s", region->name);
	columns_cell(columns, "%s", view_regions_state_name(region->state));
	columns_cell(columns, "%llu", stats->packets);
	columns_cell(columns, "%llu", stats->bytes);
	columns_cell(columns, "%llu", stats->connections);
	columns_rate(columns, region->pps);
	columns_rate(columns, region->bps);
	columns_rate(columns, region->cps);
	columns_cell(columns, "%llu", drops.packets);
	columns_cell(columns, "%llu", drops.bytes);
	columns_cell(columns, "%llu", region->requests.requests);
	columns_cell(columns, "%llu", region->requests.refused);
}

static bool is_listed(const struct view_region *region)
{
	return region->stats.packets || region->requests.requests ||
	       region->state != ECDN_XDP_STATE_NORMAL || region->limits.own;
}

static bool all_known(const struct view_regions *view, char **names, int count)
{
	for (int i = 0; i < count; i++)
		if (!view_regions_find(view, names[i]))
			return false;
	return true;
}

/* Calls each with the regions that are asked for: named, all, or those of interest. */
static void each_region(const struct view_regions *view, char **names, int count, bool all,
			void (*each)(const struct view_regions *view,
				     const struct view_region *region, void *to), void *to)
{
	for (int i = 0; i < count; i++)
		each(view, view_regions_find(view, names[i]), to);
	for (uint32_t i = 0; i < view->count && !count; i++)
		if (all || is_listed(&view->region[i]))
			each(view, &view->region[i], to);
}

static void add_row(const struct view_regions *view, const struct view_region *region, void *to)
{
	traffic_row(to, view, region);
}

static void print_text(const struct view_regions *view, char **names, int count, bool all)
{
	static const char *const heads[] = {
		"<REGION", "<STATE", ">PACKETS", ">BYTES", ">CONNECTIONS", ">PPS", ">BPS", ">CPS",
		">DROPPED", ">DROPPED-BYTES", ">REQUESTS", ">513", NULL
	};
	static const char *const monitor_heads[] = {
		"<REGION", "<STATE", ">PACKETS", ">BYTES", ">CONNECTIONS", ">PPS", ">BPS", ">CPS",
		">WOULD-DROP", ">WOULD-DROP-BYTES", ">REQUESTS", ">513", NULL
	};
	struct columns *columns = columns_new(view->config.monitor ? monitor_heads : heads);

	each_region(view, names, count, all, add_row, columns);
	columns_print(columns);
}

static json_t *traffic_json(const struct ecdn_xdp_traffic *traffic)
{
	return json_pack("{s:I, s:I}", "packets", (json_int_t)traffic->packets,
			 "bytes", (json_int_t)traffic->bytes);
}

static json_t *drops_json(const struct ecdn_xdp_drops *drops)
{
	return json_pack("{s:o, s:o, s:o}", "blocked", traffic_json(&drops->blocked),
			 "prefix_pps", traffic_json(&drops->prefix_pps),
			 "answer_cps", traffic_json(&drops->answer_cps));
}

static void add_json(const struct view_regions *view, const struct view_region *region, void *to)
{
	const struct ecdn_xdp_region_stats *stats = &region->stats;
	struct ecdn_xdp_traffic drops = view_regions_drops(&stats->dropped);
	uint64_t since = region->limited_ns ? clock_epoch(&view->moment, region->limited_ns) : 0;

	json_array_append_new(to, json_pack(
		"{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:I}",
		"region", region->name, "state", view_regions_state_name(region->state),
		"limited_since", cli_json_time(since),
		"packets", (json_int_t)stats->packets, "bytes", (json_int_t)stats->bytes,
		"connections", (json_int_t)stats->connections,
		"pps", (json_int_t)region->pps, "bps", (json_int_t)region->bps,
		"cps", (json_int_t)region->cps,
		"dropped_packets", (json_int_t)drops.packets,
		"dropped_bytes", (json_int_t)drops.bytes,
		"dropped", drops_json(&stats->dropped),
		"would_drop", drops_json(&stats->would_drop),
		"requests", (json_int_t)region->requests.requests,
		"refused", (json_int_t)region->requests.refused));
}

static int print_json(const struct view_regions *view, char **names, int count, bool all)
{
	json_t *regions = json_array();

	each_region(view, names, count, all, add_json, regions);
	return cli_print_json(json_pack("{s:I, s:s, s:o, s:o, s:o}",
		"generation", (json_int_t)view->generation,
		"mode", view->config.monitor ? "monitor" : "enforce", "regions", regions,
		"passed_unparsed", events_json(&view->events, EVENT_PASSED),
		"give_ups", events_json(&view->events, EVENT_GIVE_UP)));
}

int cli_stats(const struct verb *verb, int argc, char **argv)
{
	bool all = false;
	const struct option_row rows[] = {
		{ "all", 'a', OPTION_FLAG, &all, NULL, "regions without traffic too", 0 },
	};
	struct cli cli = {};
	struct view_regions view;
	int err, count = cli_read(&cli, verb, argc, argv, true, rows, 1);

	if (count < 0)
		return count;
	err = view_regions_read(&view, cli.pin_dir);
	if (err)
		return err;
	if (!all_known(&view, argv, count))
		err = -ENOENT;
	else if (cli.json)
		err = print_json(&view, argv, count, all);
	else
		print_text(&view, argv, count, all);
	view_regions_free(&view);
	return err;
}
