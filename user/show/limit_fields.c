// SPDX-License-Identifier: BSD-2-Clause
#include "show/limit_fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "guard/layers.h"
#include "guard/limits_learned.h"
#include "show/learned_json.h"

#define AT(member) FIELD_AT(struct limit_fields_item, member)

/* A limit has a column, where what is the region's own is marked, and a key. */
#define RATE(column, member, name, of, about, ...) \
	{ FIELD_TEXT, column, .text = cell_##member, ##__VA_ARGS__ }, \
	{ FIELD_LIMIT, .key = "limits." #member, .metric = name, .unit = of, .help = about, \
	  AT(limits.member) }

/* Which columns go first where a terminal is narrow; `limit REGION` has all. */
enum spare {
	SPARE_HOLD = 1,
	SPARE_GRACE,
	SPARE_PREFIX,
	SPARE_ANSWER,
	SPARE_AGGREGATE,
	SPARE_SHIELD,
};

static const struct limit_fields_item *limit_of(const void *item)
{
	return item;
}

static bool is_own(const void *item, uint32_t bit)
{
	return limit_of(item)->has_state && limit_of(item)->limits.own & bit;
}

/* What the agent can learn of a limit; ECDN_XDP_MEASURE_NONE: nothing. */
static enum ecdn_xdp_measure measure_of(uint32_t bit)
{
	for (unsigned int i = 0; i < ECDN_XDP_LEARNED_MEASURES; i++)
		if (limits_learned_bits[i] == bit)
			return ECDN_XDP_MEASURE_PPS + i;
	return ECDN_XDP_MEASURE_NONE;
}

static bool is_learned(const struct limit_fields_item *limit, uint32_t bit)
{
	return limit->learner && view_regions_is_learned(limit->learner, measure_of(bit));
}

static const char *mark(const void *item, uint32_t bit)
{
	if (is_learned(item, bit))
		return "~";
	return is_own(item, bit) ? "*" : "";
}

/* Where there is no limit. */
static const char *none(const void *item, uint32_t bit)
{
	const struct limit_fields_item *limit = limit_of(item);
	bool learns = limit->learner ? limit->learner->learns :
		      limit->limits.own & ECDN_XDP_OWN_AUTO;

	return learns && measure_of(bit) ? "auto" : "-";
}

static const char *rate_cell(const void *item, uint64_t rate, uint32_t bit,
			     char room[FIELD_TEXT_SIZE])
{
	char text[COLUMNS_RATE_SIZE];

	snprintf(room, FIELD_TEXT_SIZE, "%s%s", rate ? columns_rate_text(rate, text) :
		 none(item, bit), mark(item, bit));
	return room;
}

static const char *time_cell(const void *item, uint64_t ns, uint32_t bit,
			     char room[FIELD_TEXT_SIZE])
{
	char text[QUANTITY_DURATION_SIZE];

	snprintf(room, FIELD_TEXT_SIZE, "%s%s", quantity_duration(ns, text), mark(item, bit));
	return room;
}

#define CELL(kind, name, member, bit) \
	static const char *cell_##name(const void *item, char room[FIELD_TEXT_SIZE]) \
	{ \
		return kind##_cell(item, limit_of(item)->limits.member, bit, room); \
	}

CELL(rate, pps, pps, ECDN_XDP_OWN_PPS)
CELL(rate, bps, bps, ECDN_XDP_OWN_BPS)
CELL(rate, cps, cps, ECDN_XDP_OWN_CPS)
CELL(rate, prefix_pps, prefix_pps, ECDN_XDP_OWN_PREFIX_PPS)
CELL(rate, answer_cps, answer_cps, ECDN_XDP_OWN_ANSWER_CPS)
CELL(rate, shield_cps, shield_cps, ECDN_XDP_OWN_SHIELD_CPS)
CELL(time, grace, grace_ns, ECDN_XDP_OWN_GRACE)
CELL(time, hold, hold_ns, ECDN_XDP_OWN_HOLD)

struct limit_fields_item limit_fields_item(const struct view_regions *view,
					   const struct view_region *region)
{
	return (struct limit_fields_item){
		.region = region->name, .limits = region->limits, .has_state = true,
		.state = region->state, .now_ns = view->moment.now_ns, .learner = region,
	};
}

/* The limits that a region has of its own, by what the verb calls them. */
static json_t *own_limits(const void *item)
{
	static const char *const names[] = {
		"pps", "bps", "cps", "prefix_pps", "answer_cps", "hold", "grace", "shield_cps",
		"aggregate_pps", "auto",
	};
	json_t *array = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (is_own(item, 1U << i))
			json_array_append_new(array, json_string(names[i]));
	return array;
}

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

static double exempt_until(const void *item, const struct clock_moment *moment)
{
	const struct limit_fields_item *limit = item;

	if (limit->state != ECDN_XDP_STATE_EXEMPT)
		return NAN;
	/* INFINITY is a float, which would make one of the time. */
	if (limit->limits.exempt_until_ns == UINT64_MAX)
		return INFINITY;
	return clock_epoch(moment, limit->limits.exempt_until_ns);
}

/* Also below an exemption. */
static uint64_t is_blocked(const void *item)
{
	const struct limit_fields_item *limit = item;

	return layers_stands(&limit->limits, ECDN_XDP_NOTE_BLOCK, limit->now_ns);
}

/* 0: not blocked, or for good. */
static uint64_t blocked_until_ns(const void *item)
{
	const struct limit_fields_item *limit = item;

	return is_blocked(item) ? limit->limits.blocked_until_ns : 0;
}

static double blocked_until(const void *item, const struct clock_moment *moment)
{
	if (!is_blocked(item))
		return NAN;
	return blocked_until_ns(item) ? clock_epoch(moment, blocked_until_ns(item)) : INFINITY;
}

static const char *state_and_rest(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct limit_fields_item *limit = item;
	bool exempt = limit->state == ECDN_XDP_STATE_EXEMPT;
	uint64_t until_ns = exempt ? exempt_until_ns(item) : blocked_until_ns(item);
	char left[QUANTITY_DURATION_SIZE];

	if (!limit->has_state)
		return "";
	if (!until_ns)
		return state(item, room);
	snprintf(room, FIELD_TEXT_SIZE, "%s, %s left%s", exempt ? "exempt" : "blocked",
		 quantity_about(until_ns - limit->now_ns, left),
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
	snprintf(room, FIELD_TEXT_SIZE, "%s,%s%s", rate[0], rate[1],
		 mark(item, ECDN_XDP_OWN_AGGREGATE_PPS));
	return room;
}

static json_t *aggregate_json(const void *item)
{
	const __u64 *pps = ((const struct limit_fields_item *)item)->limits.aggregate_pps;

	return json_pack("[I, I]", (json_int_t)pps[0], (json_int_t)pps[1]);
}

static uint64_t is_auto(const void *item)
{
	const struct limit_fields_item *limit = item;

	return limit->learner ? limit->learner->learns :
				!limit->has_state && limit->limits.own & ECDN_XDP_OWN_AUTO;
}

static json_t *learned(const void *item)
{
	const struct limit_fields_item *limit = item;

	return limit->learner ? learned_json(limit->learner, limit->now_ns) : json_null();
}

static uint64_t learned_peak(const void *item)
{
	const struct limit_fields_item *limit = item;

	return limit->learner ? limit->learner->learned.peak[0] : 0;
}

static double learned_peak_metric(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return learned_peak(item) ? (double)learned_peak(item) : NAN;
}

const struct field limit_fields[] = {
	{ FIELD_TEXT, "<REGION", "region", .text = region },
	{ FIELD_TEXT, .key = "state", .text = state },
	{ FIELD_FLAG, .key = "own", AT(limits.own) },
	{ FIELD_JSON, .key = "own_limits", .json = own_limits },
	{ FIELD_FLAG, .key = "auto", .number = is_auto },
	{ FIELD_JSON, .key = "learned", .json = learned },
	{ FIELD_RATE, .metric = "ecdn_xdp_region_learned_peak_packets_per_second",
	  .unit = "packets/s", .help = "What the agent has learned as this hour's usual peak.",
	  .number = learned_peak, .measure = learned_peak_metric },
	{ FIELD_AGO, .key = "exempt_until",
	  .metric = "ecdn_xdp_region_exempt_until_timestamp_seconds", .unit = "seconds",
	  .help = "End of the exemption; +Inf if it has none. Absent without one.",
	  .number = exempt_until_ns, .measure = exempt_until },
	{ FIELD_FLAG, .key = "blocked", .number = is_blocked },
	{ FIELD_AGO, .key = "blocked_until",
	  .metric = "ecdn_xdp_region_blocked_until_timestamp_seconds", .unit = "seconds",
	  .help = "End of the block; +Inf if it has none. Absent without one.",
	  .number = blocked_until_ns, .measure = blocked_until },
	RATE(">PPS", pps, "ecdn_xdp_region_limit_packets_per_second", "packets/s",
	     "Rate of packets that declares a surge; +Inf if none."),
	RATE(">BPS", bps, "ecdn_xdp_region_limit_bytes_per_second", "bits/s",
	     "Rate of bytes that declares a surge; +Inf if none."),
	RATE(">CPS", cps, "ecdn_xdp_region_limit_connections_per_second", "connections/s",
	     "Rate of new connections that declares a surge; +Inf if none."),
	RATE(">PREFIX-PPS", prefix_pps, NULL, "packets/s", NULL, .rank = SPARE_PREFIX),
	{ FIELD_TEXT, ">AGGREGATE", .rank = SPARE_AGGREGATE, .text = aggregate },
	{ FIELD_JSON, .key = "limits.aggregate_pps", .unit = "packets/s",
	  .json = aggregate_json },
	RATE(">ANSWER-CPS", answer_cps, NULL, "connections/s", NULL, .rank = SPARE_ANSWER),
	RATE(">SHIELD-CPS", shield_cps, NULL, "connections/s", NULL, .rank = SPARE_SHIELD),
	{ FIELD_TEXT, ">GRACE", .rank = SPARE_GRACE, .text = cell_grace },
	{ FIELD_DURATION, .key = "limits.grace", .unit = "seconds", AT(limits.grace_ns) },
	{ FIELD_TEXT, ">HOLD", .rank = SPARE_HOLD, .text = cell_hold },
	{ FIELD_DURATION, .key = "limits.hold", .unit = "seconds", AT(limits.hold_ns) },
	{ FIELD_TEXT, "<STATE", .text = state_and_rest },
	{},
};

/* Where a limit that is not the region's own comes from. */
static const char *source_of(const struct limit_fields_origin *origin)
{
	if (is_learned(&origin->limit, origin->bit))
		return view_regions_gave_way(origin->limit.learner) ?
		       "learned, of the busiest hour" : "learned";
	if (origin->limit.limits.own & origin->bit)
		return "own";
	if (origin->bit == ECDN_XDP_OWN_GRACE && !(origin->default_own & origin->bit) &&
	    origin->limit.learner && view_regions_has_learned(origin->limit.learner))
		return "follows learned limits";
	if (origin->default_own & origin->bit || !origin->follows)
		return "default";
	return origin->follows;
}

static const char *origin_name(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return ((const struct limit_fields_origin *)item)->name;
}

static const char *origin_value(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct limit_fields_origin *origin = item;
	struct limit_fields_item plain = origin->limit;

	plain.has_state = false;
	plain.learner = NULL;
	plain.limits.own &= ~ECDN_XDP_OWN_AUTO;
	/* cppcheck-suppress returnDanglingLifetime; it is written into room. */
	return origin->cell(&plain, room);
}

static const char *origin_source(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return source_of(item);
}

const struct field limit_fields_origins[] = {
	{ FIELD_TEXT, "<LIMIT", .text = origin_name },
	{ FIELD_TEXT, ">VALUE", .text = origin_value },
	{ FIELD_TEXT, "<FROM", .text = origin_source },
	{},
};

bool limit_fields_origin(struct limit_fields_origin *origin, unsigned int index)
{
	static const struct limit_fields_origin all[] = {
		{ "pps", ECDN_XDP_OWN_PPS, .cell = cell_pps },
		{ "bps", ECDN_XDP_OWN_BPS, .cell = cell_bps },
		{ "cps", ECDN_XDP_OWN_CPS, .cell = cell_cps },
		{ "grace", ECDN_XDP_OWN_GRACE, .cell = cell_grace },
		{ "hold", ECDN_XDP_OWN_HOLD, .cell = cell_hold },
		{ "prefix-pps", ECDN_XDP_OWN_PREFIX_PPS, .cell = cell_prefix_pps },
		{ "aggregate-pps", ECDN_XDP_OWN_AGGREGATE_PPS, "follows prefix-pps",
		  .cell = aggregate },
		{ "answer-cps", ECDN_XDP_OWN_ANSWER_CPS, "follows cps",
		  .cell = cell_answer_cps },
		{ "shield-cps", ECDN_XDP_OWN_SHIELD_CPS, .cell = cell_shield_cps },
	};
	struct limit_fields_item limit = origin->limit;
	uint32_t default_own = origin->default_own;

	if (index >= sizeof(all) / sizeof(*all))
		return false;
	*origin = all[index];
	origin->limit = limit;
	origin->default_own = default_own;
	return true;
}
