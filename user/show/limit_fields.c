// SPDX-License-Identifier: BSD-2-Clause
#include "show/limit_fields.h"

#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "guard/layers.h"
#include "view/view_regions.h"

#define AT(member) FIELD_AT(struct limit_fields_item, member)

#define RATE(column, member, name, of, about) \
	{ FIELD_LIMIT, column, "limits." #member, .metric = name, .unit = of, .help = about, \
	  AT(limits.member) }

static const char *region(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return ((const struct limit_fields_item *)item)->region;
}

static const char *state(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_regions_state_name(((const struct limit_fields_item *)item)->state);
}

/* 0: not exempt, or for good. */
static uint64_t exempt_until_ns(const void *item)
{
	const struct limit_fields_item *limit = item;
	uint64_t until_ns = limit->limits.exempt_until_ns;

	return limit->state != ECDN_XDP_STATE_EXEMPT || until_ns == UINT64_MAX ? 0 : until_ns;
}

/* 0: not blocked, or for good. */
static uint64_t blocked_until_ns(const void *item)
{
	const struct limit_fields_item *limit = item;

	return layers_stands(&limit->limits, ECDN_XDP_NOTE_BLOCK, limit->now_ns) ?
	       limit->limits.blocked_until_ns : 0;
}

/* Also below an exemption. */
static uint64_t is_blocked(const void *item)
{
	const struct limit_fields_item *limit = item;

	return layers_stands(&limit->limits, ECDN_XDP_NOTE_BLOCK, limit->now_ns);
}

static const char *state_and_rest(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct limit_fields_item *limit = item;
	bool exempt = limit->state == ECDN_XDP_STATE_EXEMPT;
	uint64_t until_ns = exempt ? exempt_until_ns(item) : blocked_until_ns(item);
	char span[WHEN_SIZE];

	if (!limit->has_state)
		return "";
	if (!until_ns)
		return state(item, room);
	snprintf(room, FIELD_TEXT_SIZE, "%s for %s%s", exempt ? "exempt" : "blocked",
		 when_span(until_ns - limit->now_ns, span),
		 exempt && is_blocked(item) ? ", over a block" : "");
	return room;
}

/* As the verb takes it: that of /20 and /40, and that of /32. */
static const char *aggregate(const void *item, char room[FIELD_TEXT_SIZE])
{
	const __u64 *pps = ((const struct limit_fields_item *)item)->limits.aggregate_pps;
	char rate[2][COLUMNS_RATE_SIZE];

	for (unsigned int i = 0; i < 2; i++)
		if (pps[i])
			columns_rate_text(pps[i], rate[i]);
		else
			strcpy(rate[i], "-");
	snprintf(room, FIELD_TEXT_SIZE, "%s,%s", rate[0], rate[1]);
	return room;
}

static json_t *aggregate_json(const void *item)
{
	const __u64 *pps = ((const struct limit_fields_item *)item)->limits.aggregate_pps;

	return json_pack("[I, I]", (json_int_t)pps[0], (json_int_t)pps[1]);
}

const struct field limit_fields[] = {
	{ FIELD_TEXT, "<REGION", "region", .text = region },
	{ FIELD_TEXT, .key = "state", .text = state },
	{ FIELD_FLAG, .key = "own", AT(limits.own) },
	{ FIELD_AGO, .key = "exempt_until",
	  .metric = "ecdn_xdp_region_exempt_until_timestamp_seconds", .unit = "seconds",
	  .help = "End of the exemption; +Inf if it has none. Absent without one.",
	  .number = exempt_until_ns },
	{ FIELD_FLAG, .key = "blocked", .number = is_blocked },
	{ FIELD_AGO, .key = "blocked_until",
	  .metric = "ecdn_xdp_region_blocked_until_timestamp_seconds", .unit = "seconds",
	  .help = "End of the block; +Inf if it has none. Absent without one.",
	  .number = blocked_until_ns },
	RATE(">PPS", pps, "ecdn_xdp_region_limit_packets_per_second", "packets/s",
	     "Rate of packets that declares a surge; +Inf if none."),
	RATE(">BPS", bps, "ecdn_xdp_region_limit_bytes_per_second", "bits/s",
	     "Rate of bytes that declares a surge; +Inf if none."),
	RATE(">CPS", cps, "ecdn_xdp_region_limit_connections_per_second", "connections/s",
	     "Rate of new connections that declares a surge; +Inf if none."),
	RATE(">PREFIX-PPS", prefix_pps, NULL, "packets/s", NULL),
	{ FIELD_TEXT, ">AGGREGATE", .text = aggregate },
	{ FIELD_JSON, .key = "limits.aggregate_pps", .unit = "packets/s",
	  .json = aggregate_json },
	RATE(">ANSWER-CPS", answer_cps, NULL, "connections/s", NULL),
	RATE(">SHIELD-CPS", shield_cps, NULL, "connections/s", NULL),
	{ FIELD_DURATION, ">GRACE", "limits.grace", .unit = "seconds", AT(limits.grace_ns) },
	{ FIELD_DURATION, ">HOLD", "limits.hold", .unit = "seconds", AT(limits.hold_ns) },
	{ FIELD_TEXT, "<STATE", .text = state_and_rest },
	{},
};
