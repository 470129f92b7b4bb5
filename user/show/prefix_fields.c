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

const struct field prefix_fields[] = {
	{ FIELD_TEXT, "<REGION", "region", .text = region },
	{ FIELD_TEXT, "<PREFIX", "prefix", .text = prefix },
	{ FIELD_TEXT, ">PACKETS", .in = PREFIX_FIELDS_TEXT, .text = packets },
	{ FIELD_TEXT, ">BYTES", .in = PREFIX_FIELDS_TEXT, .text = bytes },
	{ FIELD_COUNT, .key = "packets", .in = PREFIX_FIELDS_JSON, .unit = "packets",
	  AT(prefix.packets) },
	{ FIELD_COUNT, .key = "bytes", .in = PREFIX_FIELDS_JSON, .unit = "bytes",
	  AT(prefix.bytes) },
	{ FIELD_FLAG, .key = "sampled", .in = PREFIX_FIELDS_JSON, AT(prefix.sampled) },
	{ FIELD_AGO, ">LAST-SEEN", "last_seen", .unit = "seconds", AT(prefix.last_seen_ns) },
	{},
};
