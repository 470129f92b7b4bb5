// SPDX-License-Identifier: BSD-2-Clause
#include "show/learned_json.h"

#include "base/clock.h"
#include "guard/limits_learned.h"

/* The operator's own; null: none. */
static json_t *own_rate(const struct view_region *region, unsigned int measure)
{
	return region->limits.own & limits_learned_bits[measure] ?
	       json_integer(region->learned.fixed[measure]) : json_null();
}

static json_t *measure_json(const struct view_region *region, unsigned int measure)
{
	const struct ecdn_xdp_learned *learned = &region->learned;

	return json_pack("{s:I, s:I, s:b, s:o, s:I, s:f, s:f, s:I}",
			 "limit", (json_int_t)learned->learned[measure],
			 "busiest", (json_int_t)learned->busiest[measure],
			 "in_force", view_regions_is_learned(region,
							     ECDN_XDP_MEASURE_PPS + measure),
			 "own", own_rate(region, measure),
			 "peak", (json_int_t)learned->peak[measure],
			 "level", learned->level[measure] / 1e3,
			 "creep", learned->creep[measure] / 1e3,
			 "floor", (json_int_t)learned->floor[measure]);
}

static json_t *age_json(const struct ecdn_xdp_learned *learned, uint64_t now_ns)
{
	if (!learned->learned_ns)
		return json_null();
	return json_real(now_ns > learned->learned_ns ?
			 (double)(now_ns - learned->learned_ns) / NS_PER_SECOND : 0);
}

/* 0: they have given way; null: they do not. */
static json_t *left_json(const struct view_region *region, uint64_t now_ns)
{
	uint64_t until_ns = region->limits.learned_until_ns;

	if (!region->learned.until_ns || !region->gives_way)
		return json_null();
	return json_real(until_ns > now_ns ? (double)(until_ns - now_ns) / NS_PER_SECOND : 0);
}

json_t *learned_json(const struct view_region *region, uint64_t now_ns)
{
	const struct ecdn_xdp_learned *learned = &region->learned;

	if (!region->learns)
		return json_null();
	return json_pack("{s:o, s:o, s:f, s:f, s:i, s:o, s:o, s:o}",
			 "age", age_json(learned, now_ns),
			 "gives_way", left_json(region, now_ns),
			 "history", (learned->days * 24 + learned->hours) * 3600.0,
			 "factor", learned->factor / 1e3, "hour", (int)learned->hour,
			 "pps", measure_json(region, 0), "bps", measure_json(region, 1),
			 "cps", measure_json(region, 2));
}
