// SPDX-License-Identifier: BSD-2-Clause
#include "show/region_fields.h"

#include "view/view_regions.h"

#define AT(member) FIELD_AT(struct view_region, member)
#define STATS .in = REGION_FIELDS_STATS

static const char *state(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_regions_state_name(((const struct view_region *)item)->state);
}

static const struct region_counts *counts_of(const void *item)
{
	return &((const struct view_region *)item)->counts;
}

static uint64_t dropped_packets(const void *item)
{
	return view_regions_drops(&counts_of(item)->dropped).packets;
}

static uint64_t dropped_bytes(const void *item)
{
	return view_regions_drops(&counts_of(item)->dropped).bytes;
}

static uint64_t would_drop_packets(const void *item)
{
	return view_regions_drops(&counts_of(item)->would_drop).packets;
}

static uint64_t would_drop_bytes(const void *item)
{
	return view_regions_drops(&counts_of(item)->would_drop).bytes;
}

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
	  .help = "1 for the state that the region is in, 0 for the others.", .text = state },
	{ FIELD_AGO, .key = "limited_since", STATS, AT(limited_ns) },
	{ FIELD_COUNT, ">PACKETS", "packets", "ecdn_xdp_region_packets_total", STATS,
	  .unit = "packets", .help = "Packets whose source is in the region, before any drop.",
	  AT(counts.packets) },
	{ FIELD_COUNT, ">BYTES", "bytes", "ecdn_xdp_region_bytes_total", STATS, .unit = "bytes",
	  .help = "Bytes of whole frames from the region, before any drop.", AT(counts.bytes) },
	{ FIELD_COUNT, ">CONNECTIONS", "connections", "ecdn_xdp_region_connections_total", STATS,
	  .unit = "connections",
	  .help = "New connections from the region: TCP SYN and QUIC Initial.",
	  AT(counts.connections) },
	{ FIELD_RATE, ">PPS", "pps", STATS, .unit = "packets/s", AT(pps) },
	{ FIELD_RATE, ">BPS", "bps", STATS, .unit = "bits/s", AT(bps) },
	{ FIELD_RATE, ">CPS", "cps", STATS, .unit = "connections/s", AT(cps) },
	{ FIELD_COUNT, ">DROPPED", "dropped_packets", .unit = "packets",
	  .in = REGION_FIELDS_ENFORCE | REGION_FIELDS_JSON, .number = dropped_packets },
	{ FIELD_COUNT, ">DROPPED-BYTES", "dropped_bytes", .unit = "bytes",
	  .in = REGION_FIELDS_ENFORCE | REGION_FIELDS_JSON, .number = dropped_bytes },
	{ FIELD_COUNT, ">WOULD-DROP", .unit = "packets", .in = REGION_FIELDS_MONITOR,
	  .number = would_drop_packets },
	{ FIELD_COUNT, ">WOULD-DROP-BYTES", .unit = "bytes", .in = REGION_FIELDS_MONITOR,
	  .number = would_drop_bytes },
	DROPPED(blocked),
	DROPPED(prefix_pps),
	DROPPED(answer_cps),
	DROPPED(vlan_depth),
	WOULD_DROP(blocked),
	WOULD_DROP(prefix_pps),
	WOULD_DROP(answer_cps),
	WOULD_DROP(vlan_depth),
	{ FIELD_COUNT, ">REQUESTS", "requests", "ecdn_xdp_region_requests_total", STATS,
	  .unit = "requests", .help = "Requests that proxies reported for the region.",
	  AT(requests.requests) },
	{ FIELD_COUNT, ">513", "refused", "ecdn_xdp_region_refused_requests_total", STATS,
	  .unit = "requests", .help = "Requests that were answered with status 513.",
	  AT(requests.refused) },
	{},
};
