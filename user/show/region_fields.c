// SPDX-License-Identifier: BSD-2-Clause
#include "show/region_fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/quantity.h"
#include "base/words.h"
#include "drops.h"
#include "view/view_regions.h"

#define AT(member) FIELD_AT(struct view_region, member)
#define STATS .in = REGION_FIELDS_STATS
#define RATES .in = REGION_FIELDS_STATS | REGION_FIELDS_NOW
#define NOW .in = REGION_FIELDS_NOW
#define JSON .in = REGION_FIELDS_JSON

/* Which columns go first where a terminal is narrow; in both tables of `stats`. */
enum spare {
	SPARE_LEAST = 1,
	SPARE_513,
	SPARE_SINCE,
	SPARE_PROVEN,
	SPARE_PEAK,
	SPARE_BPS,
	SPARE_LOAD,
	SPARE_PEAKS,
	SPARE_BYTES,
};

static const char *state(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_regions_state_name(((const struct view_region *)item)->state);
}

/* A region without any is one that nothing can be in; "--" is all that is in no other. */
static const char *ranges(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_region *region = item;

	if (!region->ranges)
		return region->id == ECDN_XDP_REGION_NONE ? NULL : "none";
	snprintf(room, FIELD_TEXT_SIZE, "%" PRIu64, region->ranges);
	return room;
}

static const struct region_counts *counts_of(const void *item)
{
	return &((const struct view_region *)item)->counts;
}

static uint64_t dropped_packets(const void *item)
{
	return drops_sum(&counts_of(item)->dropped).packets;
}

static uint64_t dropped_bytes(const void *item)
{
	return drops_sum(&counts_of(item)->dropped).bytes;
}

static uint64_t would_drop_packets(const void *item)
{
	return drops_sum(&counts_of(item)->would_drop).packets;
}

static uint64_t would_drop_bytes(const void *item)
{
	return drops_sum(&counts_of(item)->would_drop).bytes;
}

static uint64_t got_513(const void *item)
{
	return view_regions_got_513(item);
}

static const struct view_region *view_of(const void *item)
{
	return item;
}

static const char *const measures[] = {
	[ECDN_XDP_MEASURE_PPS] = "pps",
	[ECDN_XDP_MEASURE_BPS] = "bps",
	[ECDN_XDP_MEASURE_CPS] = "cps",
};

static const char *measure_name(uint32_t measure)
{
	return words_name(measures, ECDN_XDP_MEASURE_MAX, measure);
}

static const char *why_surge(const struct view_region *region, char room[FIELD_TEXT_SIZE])
{
	char rate[COLUMNS_RATE_SIZE], limit[COLUMNS_RATE_SIZE], left[QUANTITY_DURATION_SIZE];
	const struct view_load *surge = &region->surge;

	snprintf(room, FIELD_TEXT_SIZE, "%s %s of %s%s%s%s", measure_name(surge->measure),
		 columns_rate_short(surge->rate, rate), columns_rate_short(surge->limit, limit),
		 surge->proven ? " proven" : "", region->left_ns ? ", ends in " : "",
		 region->left_ns ? quantity_about(region->left_ns, left) : "");
	return room;
}

const char *region_fields_why(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_region *region = item;
	char left[QUANTITY_DURATION_SIZE];

	if (region->surge.measure)
		return why_surge(region, room);
	if (region->state != ECDN_XDP_STATE_BLOCKED && region->state != ECDN_XDP_STATE_EXEMPT)
		return NULL;
	if (!region->left_ns)
		return view_regions_state_name(region->state);
	snprintf(room, FIELD_TEXT_SIZE, "%s %s left", view_regions_state_name(region->state),
		 quantity_about(region->left_ns, left));
	return room;
}

static const char *why_measure(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return measure_name(view_of(item)->surge.measure);
}

static bool in_surge(const void *item)
{
	return view_of(item)->surge.measure;
}

static bool has_limit(const void *item)
{
	return view_of(item)->load.measure;
}

static bool has_flow(const void *item)
{
	return view_of(item)->flow.measured;
}

/* NAN: there is no limit, and no series. */
static double ratio(uint64_t rate, uint64_t limit)
{
	return limit ? (double)rate / limit : NAN;
}

static double ratio_packets(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return ratio(view_of(item)->claimed.pps, view_of(item)->limits.pps);
}

static double ratio_bytes(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return ratio(view_of(item)->claimed.bps, view_of(item)->limits.bps);
}

static double ratio_connections(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return ratio(view_of(item)->claimed.cps, view_of(item)->limits.cps);
}

/* The highest rate of a measure, and when that was. */
#define PEAK(column, member, name, of, spare) \
	{ FIELD_RATE, ">" column, "peak." #member, \
	  .in = REGION_FIELDS_NOW | REGION_FIELDS_JSON, .unit = of, .rank = spare, \
	  .metric = "ecdn_xdp_region_peak_" #name "_per_second", \
	  .help = "Highest rate of " #name " that the region has claimed in a second.", \
	  AT(peak.member) }, \
	{ FIELD_SINCE, .key = "peak." #member "_at", JSON, AT(peak.member##_ns) }

#define LOAD_RATIO(name, of) \
	{ FIELD_COUNT, .metric = "ecdn_xdp_region_load_ratio", .label = "measure=\"" name "\"", \
	  .unit = "ratio", \
	  .help = "What the region claims, by its limit, in the last second: above 1 it surges.", \
	  .measure = of }

/* What was dropped, or would have been, for one reason. */
#define DROPS(what, reason, about) \
	{ FIELD_COUNT, .key = #what "." #reason ".packets", STATS, \
	  .metric = "ecdn_xdp_region_" #what "_packets_total", \
	  .label = "reason=\"" #reason "\"", .unit = "packets", .help = "Packets that " about, \
	  AT(counts.what.reason.packets) }, \
	{ FIELD_COUNT, .key = #what "." #reason ".bytes", STATS, \
	  .metric = "ecdn_xdp_region_" #what "_bytes_total", \
	  .label = "reason=\"" #reason "\"", .unit = "bytes", .help = "Bytes that " about, \
	  AT(counts.what.reason.bytes) }

#define DROPPED(reason) DROPS(dropped, reason, "were dropped, by reason.")
#define WOULD_DROP(reason) DROPS(would_drop, reason, "monitor mode let pass.")

const struct field region_fields[] = {
	{ FIELD_TEXT, "<REGION", "region", AT(name) },
	{ FIELD_COUNT, ">ID", "id", .in = REGION_FIELDS_LIST, AT(id) },
	{ FIELD_TEXT, "<STATE", "state", .metric = "ecdn_xdp_region_state", .label = "state",
	  .help = "1 for the state that the region is in, 0 for the others.", .text = state,
	  .values = view_regions_states },
	{ FIELD_TEXT, ">RANGES", .in = REGION_FIELDS_RANGES, .text = ranges },
	{ FIELD_COUNT, .key = "ranges", .in = REGION_FIELDS_RANGES, AT(ranges) },
	{ FIELD_SINCE, ">SINCE", "since", .in = REGION_FIELDS_NOW | REGION_FIELDS_JSON,
	  .metric = "ecdn_xdp_region_state_since_timestamp_seconds", .unit = "seconds",
	  .help = "When the region entered its state; 0 if it was never in another one.",
	  AT(since_ns), .rank = SPARE_SINCE },
	{ FIELD_TEXT, "<WHY", NOW, .text = region_fields_why },
	{ FIELD_TEXT, .key = "why.measure", JSON, .text = why_measure, .present = in_surge },
	{ FIELD_RATE, .key = "why.rate", JSON, AT(surge.rate), .present = in_surge },
	{ FIELD_RATE, .key = "why.limit", JSON, AT(surge.limit), .present = in_surge },
	{ FIELD_FLAG, .key = "why.proven", JSON, AT(surge.proven), .present = in_surge },
	{ FIELD_SINCE, .key = "ends", JSON, AT(ends_ns) },
	{ FIELD_AGO, .key = "limited_since", STATS, AT(limited_ns) },
	{ FIELD_COUNT, ">PACKETS", "packets", "ecdn_xdp_region_packets_total", STATS,
	  .unit = "packets", .help = "Packets whose source is in the region, before any drop.",
	  AT(counts.packets) },
	{ FIELD_COUNT, ">BYTES", "bytes", "ecdn_xdp_region_bytes_total", STATS, .unit = "bytes",
	  .help = "Bytes of whole frames from the region, before any drop.", AT(counts.bytes),
	  .rank = SPARE_BYTES },
	{ FIELD_COUNT, ">CONNECTIONS", "connections", "ecdn_xdp_region_connections_total", STATS,
	  .unit = "connections",
	  .help = "New connections from the region: TCP SYN and QUIC Initial.",
	  AT(counts.connections), .rank = SPARE_LEAST },
	{ FIELD_RATE, ">PPS", "pps", RATES, .unit = "packets/s", AT(claimed.pps) },
	{ FIELD_RATE, ">BPS", "bps", RATES, .unit = "bits/s", AT(claimed.bps), .rank = SPARE_BPS },
	{ FIELD_RATE, ">CPS", "cps", RATES, .unit = "connections/s", AT(claimed.cps) },
	{ FIELD_RATE, ">PROVEN", "proven.cps", RATES, .unit = "connections/s", AT(proven.cps),
	  .rank = SPARE_PROVEN },
	{ FIELD_RATE, ">DROP/S", .in = REGION_FIELDS_NOW_ENFORCE, .unit = "packets/s",
	  AT(flow.dropped), .present = has_flow },
	{ FIELD_RATE, ">WOULD-DROP/S", .in = REGION_FIELDS_NOW_MONITOR, .unit = "packets/s",
	  AT(flow.would_drop), .present = has_flow },
	{ FIELD_RATE, .key = "dropped_pps", JSON, .unit = "packets/s", AT(flow.dropped),
	  .present = has_flow },
	{ FIELD_RATE, .key = "would_drop_pps", JSON, .unit = "packets/s", AT(flow.would_drop),
	  .present = has_flow },
	{ FIELD_RATE, ">513/S", "got_513_ps", .in = REGION_FIELDS_NOW | REGION_FIELDS_JSON,
	  .unit = "answers/s",
	  AT(flow.got_513), .present = has_flow, .rank = SPARE_513 },
	{ FIELD_SHARE, ">LOAD", "load", .in = REGION_FIELDS_NOW | REGION_FIELDS_JSON,
	  AT(load.share), .present = has_limit, .rank = SPARE_LOAD },
	PEAK("PEAK", pps, packets, "packets/s", SPARE_PEAK),
	PEAK("PEAK-BPS", bps, bytes, "bits/s", SPARE_PEAKS),
	PEAK("PEAK-CPS", cps, connections, "connections/s", SPARE_PEAKS),
	LOAD_RATIO("packets", ratio_packets),
	LOAD_RATIO("bytes", ratio_bytes),
	LOAD_RATIO("connections", ratio_connections),
	{ FIELD_RATE, .key = "proven.pps", STATS, .unit = "packets/s", AT(proven.pps) },
	{ FIELD_RATE, .key = "proven.bps", STATS, .unit = "bits/s", AT(proven.bps) },
	{ FIELD_COUNT, .key = "proven.connections", STATS,
	  .metric = "ecdn_xdp_region_proven_connections_total", .unit = "connections",
	  .help = "Connections from the region whose handshake was completed.",
	  AT(counts.proven_connections) },
	{ FIELD_COUNT, .key = "proven.packets", STATS,
	  .metric = "ecdn_xdp_region_proven_packets_total", .unit = "packets",
	  .help = "Packets that belong to a socket, counted in a surge alone.",
	  AT(counts.proven_packets) },
	{ FIELD_COUNT, .key = "proven.bytes", STATS,
	  .metric = "ecdn_xdp_region_proven_bytes_total", .unit = "bytes",
	  .help = "Bytes of packets that belong to a socket, counted in a surge alone.",
	  AT(counts.proven_bytes) },
	{ FIELD_COUNT, ">DROPPED", "dropped_packets", .unit = "packets",
	  .in = REGION_FIELDS_ENFORCE | REGION_FIELDS_JSON, .number = dropped_packets },
	{ FIELD_COUNT, ">DROPPED-BYTES", "dropped_bytes", .unit = "bytes",
	  .in = REGION_FIELDS_ENFORCE | REGION_FIELDS_JSON, .number = dropped_bytes,
	  .rank = SPARE_BYTES },
	{ FIELD_COUNT, ">WOULD-DROP", .unit = "packets", .in = REGION_FIELDS_MONITOR,
	  .number = would_drop_packets },
	{ FIELD_COUNT, ">WOULD-DROP-BYTES", .unit = "bytes", .in = REGION_FIELDS_MONITOR,
	  .number = would_drop_bytes, .rank = SPARE_BYTES },
	DROPPED(blocked),
	DROPPED(prefix_pps),
	DROPPED(answer_cps),
	DROPPED(vlan_depth),
	DROPPED(no_socket),
	DROPPED(trusted_pps),
	WOULD_DROP(blocked),
	WOULD_DROP(prefix_pps),
	WOULD_DROP(answer_cps),
	WOULD_DROP(vlan_depth),
	WOULD_DROP(no_socket),
	WOULD_DROP(trusted_pps),
	{ FIELD_COUNT, ">REQUESTS", "requests", "ecdn_xdp_region_requests_total", STATS,
	  .unit = "requests", .help = "Requests that proxies reported for the region.",
	  AT(requests.requests), .rank = SPARE_513 },
	{ FIELD_COUNT, ">513", STATS, .number = got_513, .rank = SPARE_513 },
	{ FIELD_COUNT, .key = "steered", .metric = "ecdn_xdp_region_steered_connections_total",
	  STATS, .unit = "connections", .help = "Connections that a listener for 513 got.",
	  AT(counts.steered) },
	{ FIELD_COUNT, .key = "refused", .metric = "ecdn_xdp_region_refused_requests_total", STATS,
	  .unit = "requests", .help = "Requests that were answered with status 513.",
	  AT(requests.refused) },
	{},
};
