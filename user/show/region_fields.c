// SPDX-License-Identifier: BSD-2-Clause
#include "show/region_fields.h"

#include <inttypes.h>
#include <stdio.h>

#include "drops.h"
#include "view/view_regions.h"

#define AT(member) FIELD_AT(struct view_region, member)
#define STATS .in = REGION_FIELDS_STATS

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

/* Requests that the proxy answered with 513, and connections that a listener for 513 got. */
static uint64_t got_513(const void *item)
{
	return ((const struct view_region *)item)->requests.refused + counts_of(item)->steered;
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
	{ FIELD_TEXT, ">RANGES", .in = REGION_FIELDS_LIST, .text = ranges },
	{ FIELD_COUNT, .key = "ranges", .in = REGION_FIELDS_LIST, AT(ranges) },
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
	{ FIELD_RATE, ">PPS", "pps", STATS, .unit = "packets/s", AT(claimed.pps) },
	{ FIELD_RATE, ">BPS", "bps", STATS, .unit = "bits/s", AT(claimed.bps) },
	{ FIELD_RATE, ">CPS", "cps", STATS, .unit = "connections/s", AT(claimed.cps) },
	{ FIELD_RATE, ">PROVEN", "proven.cps", STATS, .unit = "connections/s", AT(proven.cps) },
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
	  .in = REGION_FIELDS_ENFORCE | REGION_FIELDS_JSON, .number = dropped_bytes },
	{ FIELD_COUNT, ">WOULD-DROP", .unit = "packets", .in = REGION_FIELDS_MONITOR,
	  .number = would_drop_packets },
	{ FIELD_COUNT, ">WOULD-DROP-BYTES", .unit = "bytes", .in = REGION_FIELDS_MONITOR,
	  .number = would_drop_bytes },
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
	  AT(requests.requests) },
	{ FIELD_COUNT, ">513", STATS, .number = got_513 },
	{ FIELD_COUNT, .key = "steered", .metric = "ecdn_xdp_region_steered_connections_total",
	  STATS, .unit = "connections", .help = "Connections that a listener for 513 got.",
	  AT(counts.steered) },
	{ FIELD_COUNT, .key = "refused", .metric = "ecdn_xdp_region_refused_requests_total", STATS,
	  .unit = "requests", .help = "Requests that were answered with status 513.",
	  AT(requests.refused) },
	{},
};
