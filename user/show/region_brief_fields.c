// SPDX-License-Identifier: BSD-2-Clause
#include "show/region_brief_fields.h"

#include <math.h>

#include "drops.h"
#include "view/view_regions.h"

#define AT(member) FIELD_AT(struct view_region, member)

static const struct view_region *region_of(const void *item)
{
	return item;
}

static uint64_t dropped(const void *item)
{
	return drops_sum(&region_of(item)->counts.dropped).packets;
}

static double limited(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return region_of(item)->state == ECDN_XDP_STATE_LIMITED;
}

static double load(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return region_of(item)->load.measure ? region_of(item)->load.share / 1000.0 : NAN;
}

const struct field region_brief_fields[] = {
	{ FIELD_COUNT, .metric = "ecdn_xdp_region_packets_total",
	  .help = "Packets whose source is in the region, before any drop.", AT(counts.packets) },
	{ FIELD_COUNT, .metric = "ecdn_xdp_region_bytes_total",
	  .help = "Bytes of whole frames from the region, before any drop.", AT(counts.bytes) },
	{ FIELD_COUNT, .metric = "ecdn_xdp_region_connections_total",
	  .help = "New connections from the region: TCP SYN and QUIC Initial.",
	  AT(counts.connections) },
	{ FIELD_COUNT, .metric = "ecdn_xdp_region_dropped_packets_total",
	  .help = "Packets that were dropped, by reason.", .number = dropped },
	{ FIELD_COUNT, .metric = "ecdn_xdp_region_refused_requests_total",
	  .help = "Requests that were answered with status 513.", AT(requests.refused) },
	{ FIELD_COUNT, .metric = "ecdn_xdp_region_state", .label = "state=\"limited\"",
	  .help = "1 for the state that the region is in, 0 for the others.",
	  .measure = limited },
	{ FIELD_COUNT, .metric = "ecdn_xdp_region_load_ratio",
	  .help = "What the region claims, by its limit, in the last second: above 1 it surges.",
	  .measure = load },
	{ FIELD_LIMIT, .metric = "ecdn_xdp_region_limit_packets_per_second",
	  .help = "Rate of packets that declares a surge; +Inf if none.", AT(limits.pps) },
	{},
};
