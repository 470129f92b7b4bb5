// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "cli/cli.h"
#include "show/events.h"
#include "show/columns.h"
#include "view/snapshot.h"

static void traffic_row(struct columns *columns, const struct snapshot *snapshot,
			const struct region_view *view)
{
	const struct ecdn_xdp_region_stats *stats = &view->stats;
	struct ecdn_xdp_traffic drops = snapshot_drops(snapshot->config.monitor ?
						       &stats->would_drop : &stats->dropped);

	columns_cell(columns, "%s", view->name);
	columns_cell(columns, "%s", snapshot_state_name(view->state));
	columns_cell(columns, "%llu", stats->packets);
	columns_cell(columns, "%llu", stats->bytes);
	columns_cell(columns, "%llu", stats->connections);
	columns_rate(columns, view->pps);
	columns_rate(columns, view->bps);
	columns_rate(columns, view->cps);
	columns_cell(columns, "%llu", drops.packets);
	columns_cell(columns, "%llu", drops.bytes);
	columns_cell(columns, "%llu", view->requests.requests);
	columns_cell(columns, "%llu", view->requests.refused);
}

static bool is_listed(const struct region_view *view)
{
	return view->stats.packets || view->requests.requests ||
	       view->state != ECDN_XDP_STATE_NORMAL || view->limits.own;
}

static bool all_known(const struct snapshot *snapshot, char **names, int count)
{
	for (int i = 0; i < count; i++)
		if (!snapshot_region(snapshot, names[i]))
			return false;
	return true;
}

/* Calls each with the regions that are asked for: named, all, or those of interest. */
static void each_region(const struct snapshot *snapshot, char **names, int count, bool all,
			void (*each)(const struct snapshot *snapshot,
				     const struct region_view *view, void *to), void *to)
{
	for (int i = 0; i < count; i++)
		each(snapshot, snapshot_region(snapshot, names[i]), to);
	for (uint32_t i = 0; i < snapshot->region_count && !count; i++)
		if (all || is_listed(&snapshot->regions[i]))
			each(snapshot, &snapshot->regions[i], to);
}

static void add_row(const struct snapshot *snapshot, const struct region_view *view, void *to)
{
	traffic_row(to, snapshot, view);
}

static void print_text(const struct snapshot *snapshot, char **names, int count, bool all)
{
	static const char *const heads[] = {
		"<REGION", "<STATE", ">PACKETS", ">BYTES", ">CONNECTIONS", ">PPS", ">BPS", ">CPS",
		">DROPPED", ">DROPPED-BYTES", ">REQUESTS", ">513", NULL
	};
	static const char *const monitor_heads[] = {
		"<REGION", "<STATE", ">PACKETS", ">BYTES", ">CONNECTIONS", ">PPS", ">BPS", ">CPS",
		">WOULD-DROP", ">WOULD-DROP-BYTES", ">REQUESTS", ">513", NULL
	};
	struct columns *columns = columns_new(snapshot->config.monitor ? monitor_heads : heads);

	each_region(snapshot, names, count, all, add_row, columns);
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

static void add_json(const struct snapshot *snapshot, const struct region_view *view, void *to)
{
	const struct ecdn_xdp_region_stats *stats = &view->stats;
	struct ecdn_xdp_traffic drops = snapshot_drops(&stats->dropped);
	uint64_t since = view->limited_ns ? snapshot_epoch(snapshot, view->limited_ns) : 0;

	json_array_append_new(to, json_pack(
		"{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:I}",
		"region", view->name, "state", snapshot_state_name(view->state),
		"limited_since", cli_json_time(since),
		"packets", (json_int_t)stats->packets, "bytes", (json_int_t)stats->bytes,
		"connections", (json_int_t)stats->connections,
		"pps", (json_int_t)view->pps, "bps", (json_int_t)view->bps,
		"cps", (json_int_t)view->cps,
		"dropped_packets", (json_int_t)drops.packets,
		"dropped_bytes", (json_int_t)drops.bytes,
		"dropped", drops_json(&stats->dropped),
		"would_drop", drops_json(&stats->would_drop),
		"requests", (json_int_t)view->requests.requests,
		"refused", (json_int_t)view->requests.refused));
}

static int print_json(const struct snapshot *snapshot, char **names, int count, bool all)
{
	json_t *regions = json_array();

	each_region(snapshot, names, count, all, add_json, regions);
	return cli_print_json(json_pack("{s:I, s:s, s:o, s:o, s:o}",
		"generation", (json_int_t)snapshot->table.generation,
		"mode", snapshot->config.monitor ? "monitor" : "enforce", "regions", regions,
		"passed_unparsed", events_json(&snapshot->events, EVENT_PASSED),
		"give_ups", events_json(&snapshot->events, EVENT_GIVE_UP)));
}

int cli_stats(const struct verb *verb, int argc, char **argv)
{
	bool all = false;
	const struct option_row rows[] = {
		{ "all", 'a', OPTION_FLAG, &all, NULL, "regions without traffic too", 0 },
	};
	struct cli cli = {};
	struct snapshot snapshot;
	int err, count = cli_read(&cli, verb, argc, argv, true, rows, 1);

	if (count < 0)
		return count;
	err = snapshot_read(&snapshot, cli.pin_dir);
	if (err)
		return err;
	if (!all_known(&snapshot, argv, count))
		err = -ENOENT;
	else if (cli.json)
		err = print_json(&snapshot, argv, count, all);
	else
		print_text(&snapshot, argv, count, all);
	snapshot_free(&snapshot);
	return err;
}
