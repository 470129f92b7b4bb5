// SPDX-License-Identifier: BSD-2-Clause
#include "show/prefix_fields.h"

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

const struct field prefix_fields[] = {
	{ FIELD_TEXT, "<REGION", "region", .text = region },
	{ FIELD_TEXT, "<PREFIX", "prefix", .text = prefix },
	{ FIELD_COUNT, ">PACKETS", "packets", .unit = "packets", AT(prefix.packets) },
	{ FIELD_COUNT, ">BYTES", "bytes", .unit = "bytes", AT(prefix.bytes) },
	{ FIELD_AGO, ">LAST-SEEN", "last_seen", .unit = "seconds", AT(prefix.last_seen_ns) },
	{},
};
