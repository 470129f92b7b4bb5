// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "show/learned_text.h"

#define SECOND 1000000000ULL
#define NOW (100000 * SECOND)

static const struct clock_moment moment = { .now_ns = NOW };

/* DE, as in the notes of how limits are learned. */
static struct view_region region_of(void)
{
	struct view_region region = {
		.name = "DE", .learns = true, .limits = { .pps = 329000 },
		.learned = {
			.learned = { 329000 }, .peak = { 137000 }, .factor = 2000,
			.level = { 1200, 1000, 1000 }, .creep = { 1000, 1000, 1000 },
			.floor = { 20000 }, .hour = 20, .days = 3, .learned_ns = NOW - SECOND,
		},
	};

	return region;
}

static void assert_says(const struct view_region *region, const char *text)
{
	char room[LEARNED_TEXT_SIZE];

	assert_string_equal(learned_text_measure(region, 0, &moment, true, room), text);
	assert_null(learned_text_none(region, &moment, room));
}

static void assert_says_none(const struct view_region *region, const char *text)
{
	char room[LEARNED_TEXT_SIZE];

	assert_string_equal(learned_text_none(region, &moment, room), text);
	assert_null(learned_text_measure(region, 0, &moment, true, room));
}

#define PEAK "2 × 137k (the busiest of 19–22 h UTC on the last days)"

static void product(void **state)
{
	struct view_region region = region_of();

	(void)state;
	assert_says(&region, "DE: limit 329k pps = " PEAK
		    " × 1.2 (the last half hour is that much above it)");
	region.learned.level[0] = 850;
	assert_says(&region, "DE: limit 329k pps = " PEAK
		    " × 0.85 (the last half hour is that much below it)");
	region.learned.level[0] = 1000;
	assert_says(&region, "DE: limit 329k pps = " PEAK);
	region.learned.creep[0] = 1250;
	assert_says(&region, "DE: limit 329k pps = " PEAK
		    " × 1.25 (it was limited for hours)");
	region.learned.factor = 2500;
	region.learned.creep[0] = 1000;
	assert_says(&region, "DE: limit 329k pps = 2.5 × 137k (the busiest of 19–22 h UTC on the "
		    "last days)");
}

static void ascii(void **state)
{
	struct view_region region = region_of();
	char room[LEARNED_TEXT_SIZE];

	(void)state;
	assert_string_equal(learned_text_measure(&region, 0, &moment, false, room),
			    "DE: limit 329k pps = 2 x 137k (the busiest of 19-22 h UTC on the last "
			    "days) x 1.2 (the last half hour is that much above it)");
}

static void hours(void **state)
{
	struct view_region region = region_of();

	(void)state;
	region.learned.level[0] = 1000;
	region.learned.hour = 0;
	assert_says(&region, "DE: limit 329k pps = 2 × 137k (the busiest of 23–2 h UTC on the last "
		    "days)");
	region.learned.hour = 23;
	assert_says(&region, "DE: limit 329k pps = 2 × 137k (the busiest of 22–1 h UTC on the last "
		    "days)");
}

static void bounds(void **state)
{
	struct view_region region = region_of();

	(void)state;
	region.learned.level[0] = 1000;
	region.limits.pps = 300000;
	region.limits.own = ECDN_XDP_OWN_AUTO | ECDN_XDP_OWN_PPS;
	assert_says(&region, "DE: limit 329k pps = " PEAK ", capped by the operator's 300k");
	region.limits.own = ECDN_XDP_OWN_AUTO | ECDN_XDP_OWN_CPS;
	assert_says(&region, "DE: limit 329k pps = " PEAK ", capped by the default's 300k");
	region.limits.pps = region.learned.learned[0] = 20000;
	region.learned.peak[0] = 5100;
	assert_says(&region, "DE: limit 20k pps, the floor, which is more than 2 × 5.1k (the "
		    "busiest of 19–22 h UTC on the last days)");
	region.limits.pps = region.learned.learned[0] = 50000;
	region.learned.creep[0] = 2500;
	assert_says(&region, "DE: limit 50k pps, 2.5 × the floor (it was limited for hours), which "
		    "is more than 2 × 5.1k (the busiest of 19–22 h UTC on the last days)");
}

static void age(void **state)
{
	struct view_region region = region_of();

	(void)state;
	region.learned.level[0] = 1000;
	region.learned.learned_ns = NOW - 600 * SECOND;
	assert_says(&region, "DE: limit 329k pps = " PEAK);
	region.learned.learned_ns = NOW - 1500 * SECOND;
	assert_says(&region, "DE: limit 329k pps = " PEAK "; no agent has renewed it for 25m");
	/* Written after the moment was read. */
	region.learned.learned_ns = NOW + SECOND;
	assert_says(&region, "DE: limit 329k pps = " PEAK);
}

static void gave_way(void **state)
{
	struct view_region region = region_of();

	(void)state;
	region.learned.busiest[0] = 900000;
	region.learned.until_ns = NOW - 900 * SECOND;
	region.learned.learned_ns = NOW - 1500 * SECOND;
	region.limits.learned_until_ns = region.learned.until_ns;
	region.learned.level[0] = 1000;
	assert_says(&region, "DE: limit 329k pps = " PEAK "; no agent has renewed it for 25m");
	region.limits.learned_until_ns = 0;
	region.limits.pps = 900000;
	assert_says(&region, "DE: limit 900k pps, that of the busiest hour of the last days, as no "
		    "agent has renewed the 329k of 20 h UTC for 25m");
	region.limits.pps = 500000;
	region.limits.own = ECDN_XDP_OWN_AUTO | ECDN_XDP_OWN_PPS;
	assert_says(&region, "DE: limit 900k pps, that of the busiest hour of the last days, as no "
		    "agent has renewed the 329k of 20 h UTC for 25m, capped by the operator's 500k");
}

static void nothing_yet(void **state)
{
	struct view_region region = region_of();
	char room[LEARNED_TEXT_SIZE];

	(void)state;
	region.learned.learned[0] = 0;
	region.learned.days = 0;
	region.learned.hours = 5;
	assert_says_none(&region, "DE: nothing is learned yet: 5 h of 24 h");
	region.learned.learned_ns = NOW - 7200 * SECOND;
	assert_says_none(&region, "DE: nothing is learned yet: 5 h of 24 h; no agent has renewed "
			 "it for 2h");
	region.learned.learned_ns = 0;
	assert_says_none(&region, "DE: nothing is learned yet: no agent has written anything; "
			 "`ecdn-xdp agent` does, once a minute");
	region.learned.days = 2;
	region.learned.learned_ns = NOW;
	assert_says_none(&region, "DE: nothing is learned yet: no hour of 2 days had enough "
			 "traffic of normal times");
	region.learns = false;
	assert_null(learned_text_none(&region, &moment, room));
	region = region_of();
	region.learns = false;
	assert_null(learned_text_measure(&region, 0, &moment, true, room));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(product),
		cmocka_unit_test(ascii),
		cmocka_unit_test(hours),
		cmocka_unit_test(bounds),
		cmocka_unit_test(age),
		cmocka_unit_test(gave_way),
		cmocka_unit_test(nothing_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
