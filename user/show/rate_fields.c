// SPDX-License-Identifier: BSD-2-Clause
#include "show/rate_fields.h"

static const char *prefix(const void *item, char room[FIELD_TEXT_SIZE])
{
	return cidr_format(&((const struct view_allowed *)item)->cidr, room);
}

static bool is_measured(const void *item)
{
	return ((const struct view_allowed *)item)->rate.measured;
}

const struct field rate_fields_allowed[] = {
	{ FIELD_TEXT, "<PREFIX", "prefix", .text = prefix },
	{ FIELD_TIME, .key = "added_at", FIELD_AT(struct view_allowed, added_at) },
	RATE_FIELDS(struct view_allowed, 0, is_measured),
	{},
};

const struct field rate_fields_allowance[] = {
	{ FIELD_COUNT, .metric = "ecdn_xdp_allowed_prefixes", .unit = "prefixes",
	  .help = "Prefixes that are allowed, whether nodes or not.",
	  FIELD_AT(struct view_allowance, count) },
	{},
};
