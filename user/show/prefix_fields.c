// SPDX-License-Identifier: BSD-2-Clause
#include "show/prefix_fields.h"

#include <inttypes.h>
#include <stdio.h>

#define AT(member) FIELD_AT(struct prefix_fields_item, member)

static const char *region(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return ((const struct prefix_fields_item *)item)->region;
}

static const char *prefix(const void *item, char room[FIELD_TEXT_SIZE])
{
	return cidr_format(&((const struct prefix_fields_item *)item)->prefix.cidr, room);
}

/* An estimate has a "~" before it. */
static const char *count(const void *item, uint64_t number, char room[FIELD_TEXT_SIZE])
{
	bool sampled = ((const struct prefix_fields_item *)item)->prefix.sampled;

	snprintf(room, FIELD_TEXT_SIZE, "%s%" PRIu64, sampled ? "~" : "", number);
	return room;
}

static const char *packets(const void *item, char room[FIELD_TEXT_SIZE])
{
	return count(item, ((const struct prefix_fields_item *)item)->prefix.packets, room);
}

static const char *bytes(const void *item, char room[FIELD_TEXT_SIZE])
{
	return count(item, ((const struct prefix_fields_item *)item)->prefix.bytes, room);
}

static const struct view_prefix *view_of(const void *item)
{
	return &((const struct prefix_fields_item *)item)->prefix;
}

static bool is_measured(const void *item)
{
	return view_of(item)->measured;
}

static bool has_limit(const void *item)
{
	return view_of(item)->over;
}

/* "9.5x": so many times the limit. */
static const char *over(const void *item, char room[FIELD_TEXT_SIZE])
{
	snprintf(room, FIELD_TEXT_SIZE, "%.1fx", view_of(item)->over / 1e3);
	return room;
}

/* The guard does not count drops by prefix, so what is above a limit is an estimate. */
static const char *dropped(const void *item, char room[FIELD_TEXT_SIZE])
{
	char rate[COLUMNS_RATE_SIZE];
	uint64_t number = view_of(item)->dropped;

	snprintf(room, FIELD_TEXT_SIZE, "%s%s", number ? "~" : "",
		 columns_rate_text(number, rate));
	return room;
}

#define TABLE (PREFIX_FIELDS_TOTAL | PREFIX_FIELDS_NOW)
#define JSON .in = PREFIX_FIELDS_JSON
#define NOW .in = PREFIX_FIELDS_NOW

const struct field prefix_fields[] = {
	{ FIELD_TEXT, "<PREFIX", "prefix", .text = prefix },
	{ FIELD_TEXT, "<REGION", "region", .text = region },
	{ FIELD_RATE, ">PPS", "pps", .in = PREFIX_FIELDS_NOW | PREFIX_FIELDS_JSON,
	  .unit = "packets/s", AT(prefix.pps), .present = is_measured },
	{ FIELD_RATE, ">BPS", "bps", .in = PREFIX_FIELDS_NOW | PREFIX_FIELDS_JSON,
	  .unit = "bits/s", AT(prefix.bps), .present = is_measured, .rank = 2 },
	{ FIELD_TEXT, ">DROP/S", .in = PREFIX_FIELDS_ENFORCE, .text = dropped,
	  .present = is_measured },
	{ FIELD_TEXT, ">WOULD-DROP/S", .in = PREFIX_FIELDS_MONITOR, .text = dropped,
	  .present = is_measured },
	{ FIELD_RATE, .key = "dropped_pps", JSON, .unit = "packets/s", AT(prefix.dropped),
	  .present = is_measured },
	{ FIELD_TEXT, ">OVER", NOW, .text = over, .present = has_limit },
	{ FIELD_SHARE, .key = "over", JSON, AT(prefix.over), .present = has_limit },
	{ FIELD_TEXT, ">PACKETS", .in = TABLE, .text = packets, .rank = 1 },
	{ FIELD_TEXT, ">BYTES", .in = TABLE, .text = bytes, .rank = 3 },
	{ FIELD_COUNT, .key = "packets", JSON, .unit = "packets", AT(prefix.packets) },
	{ FIELD_COUNT, .key = "bytes", JSON, .unit = "bytes", AT(prefix.bytes) },
	{ FIELD_FLAG, .key = "sampled", JSON, AT(prefix.sampled) },
	{ FIELD_AGO, ">LAST-SEEN", .in = PREFIX_FIELDS_TOTAL, AT(prefix.last_seen_ns) },
	{ FIELD_SINCE, ">LAST", NOW, AT(prefix.last_seen_ns), .rank = 1 },
	{ FIELD_AGO, .key = "last_seen", JSON, .unit = "seconds", AT(prefix.last_seen_ns) },
	{},
};
