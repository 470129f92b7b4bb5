// SPDX-License-Identifier: BSD-2-Clause
/*
 * What becomes of a block or an exemption that a command or a configuration file asks for, also
 * when the file is read again.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/layers.h"

#define SECOND NS_PER_SECOND
#define HOUR (3600 * SECOND)
#define EXEMPT ECDN_XDP_NOTE_EXEMPT
#define BLOCK ECDN_XDP_NOTE_BLOCK

struct region {
	struct ecdn_xdp_limits limits;
	struct layers_notes notes;
	struct clock_moment now;
};

static struct region region_new(void)
{
	return (struct region){ .now = { .now_ns = 1000 * SECOND, .epoch_ns = 5000 * SECOND } };
}

static bool set(struct region *region, enum ecdn_xdp_note_kind kind, uint64_t for_ns,
		const char *lasts)
{
	struct layers_span span = { .for_ns = for_ns, .from_file = lasts };

	if (lasts)
		strcpy(span.lasts, lasts);
	return layers_set(&region->notes, kind, &span, &region->now, &region->limits);
}

static bool stands(const struct region *region, enum ecdn_xdp_note_kind kind)
{
	return layers_stands(&region->limits, kind, region->now.now_ns);
}

static void ends(void **state)
{
	const struct clock_moment now = { .now_ns = 1000 * SECOND, .epoch_ns = 5000 * SECOND };
	struct layers_span span = { .for_ns = HOUR };

	(void)state;
	assert_int_equal(layers_end(&span, &now), 1000 * SECOND + HOUR);
	span.for_ns = INT64_MAX;
	assert_int_equal(layers_end(&span, &now), 1000 * SECOND + INT64_MAX);
	span.for_ns = LAYERS_FOREVER;
	assert_true(layers_end(&span, &now) == LAYERS_FOREVER);
	span.until_ns = 6001 * SECOND;
	assert_int_equal(layers_end(&span, &now), 1001 * SECOND);
	span.until_ns = 6000 * SECOND;
	assert_int_equal(layers_end(&span, &now), 0);
	span.until_ns = 1;
	assert_int_equal(layers_end(&span, &now), 0);
}

static void apart(void **state)
{
	struct region region = region_new();

	(void)state;
	assert_true(set(&region, BLOCK, HOUR, NULL));
	assert_true(set(&region, EXEMPT, 2 * HOUR, NULL));
	assert_true(stands(&region, BLOCK) && stands(&region, EXEMPT));
	region.now.now_ns += HOUR;
	assert_true(!stands(&region, BLOCK) && stands(&region, EXEMPT));
	assert_true(set(&region, BLOCK, LAYERS_FOREVER, NULL));
	assert_int_equal(region.limits.blocked_until_ns, 0);
	region.now.now_ns += HOUR;
	assert_true(stands(&region, BLOCK) && !stands(&region, EXEMPT));
	layers_release(&region.notes, &region.limits);
	assert_true(!stands(&region, BLOCK) && !stands(&region, EXEMPT));
	assert_true(!region.notes.has[BLOCK] && !region.notes.has[EXEMPT]);
}

static void reload_renews_nothing(void **state)
{
	(void)state;
	for (int kind = 0; kind < LAYERS_KINDS; kind++) {
		struct region region = region_new();

		assert_true(set(&region, kind, HOUR, "1h"));
		region.now.now_ns += HOUR - 1;
		assert_false(set(&region, kind, HOUR, "1h"));
		assert_true(stands(&region, kind));
		region.now.now_ns++;
		assert_false(set(&region, kind, HOUR, "1h"));
		assert_false(stands(&region, kind));
		assert_true(set(&region, kind, HOUR, "60m"));
		assert_true(stands(&region, kind));
		layers_release(&region.notes, &region.limits);
		assert_false(set(&region, kind, HOUR, "60m"));
		assert_false(stands(&region, kind));
		/* A command may, and makes the file's words no news. */
		assert_true(set(&region, kind, HOUR / 2, NULL));
		assert_false(set(&region, kind, HOUR, "60m"));
		region.now.now_ns += HOUR / 2;
		assert_false(stands(&region, kind));
	}
}

static void reload_sets_what_has_no_end(void **state)
{
	(void)state;
	for (int kind = 0; kind < LAYERS_KINDS; kind++) {
		struct region region = region_new();

		assert_true(set(&region, kind, LAYERS_FOREVER, ""));
		assert_false(set(&region, kind, LAYERS_FOREVER, ""));
		layers_release(&region.notes, &region.limits);
		assert_true(set(&region, kind, LAYERS_FOREVER, ""));
		assert_true(set(&region, kind, HOUR, NULL));
		assert_true(set(&region, kind, LAYERS_FOREVER, ""));
		region.now.now_ns += 2 * HOUR;
		assert_true(stands(&region, kind));
	}
}

/* The time of day is set, by so many seconds. */
static bool step(struct region *region, enum ecdn_xdp_note_kind kind, int64_t seconds)
{
	region->now.epoch_ns += (uint64_t)seconds * SECOND;
	return layers_move(&region->limits, &region->notes.until[kind], kind, &region->now);
}

static bool set_until(struct region *region, enum ecdn_xdp_note_kind kind, uint64_t until_s)
{
	const struct layers_span span = { .until_ns = until_s * SECOND };

	return layers_set(&region->notes, kind, &span, &region->now, &region->limits);
}

static uint64_t end_s(const struct region *region, enum ecdn_xdp_note_kind kind)
{
	return (kind == EXEMPT ? region->limits.exempt_until_ns :
		region->limits.blocked_until_ns) / SECOND;
}

/* It is 6000 s as each begins, and 1000 s on the other clock. */
static void until_follows_the_clock(void **state)
{
	(void)state;
	for (int kind = 0; kind < LAYERS_KINDS; kind++) {
		struct region region = region_new();

		assert_true(set_until(&region, kind, 9600));
		assert_true(region.notes.timed[kind]);
		assert_int_equal(end_s(&region, kind), 4600);
		assert_false(step(&region, kind, 0));
		assert_true(step(&region, kind, 1800));
		assert_int_equal(end_s(&region, kind), 2800);
		assert_false(step(&region, kind, 0));
		/* Back, to where the other clock is ahead. */
		assert_true(step(&region, kind, -7000));
		assert_int_equal(end_s(&region, kind), 9800);
		assert_true(step(&region, kind, 7000 - 1800));
		assert_int_equal(end_s(&region, kind), 4600);
		region.now.epoch_ns += SECOND / 3;
		assert_false(step(&region, kind, 0));
		assert_true(stands(&region, kind));
	}
}

static void until_that_a_step_passes(void **state)
{
	(void)state;
	for (int kind = 0; kind < LAYERS_KINDS; kind++) {
		struct region region = region_new();

		assert_true(set_until(&region, kind, 9600));
		assert_true(step(&region, kind, 7200));
		assert_false(stands(&region, kind));
		assert_int_equal(end_s(&region, kind), 1000);
		region.now.now_ns += 60 * SECOND;
		assert_false(step(&region, kind, 86400));
		/* That time comes once more. */
		assert_true(step(&region, kind, -7200 - 86400));
		assert_int_equal(end_s(&region, kind), 4600);
		region.now.now_ns = 4600 * SECOND;
		assert_false(step(&region, kind, 0));
		assert_false(stands(&region, kind));
		/* Of one that had passed as it was set. */
		assert_true(set_until(&region, kind, 2000));
		assert_false(stands(&region, kind));
		assert_false(step(&region, kind, 1));
		assert_true(step(&region, kind, -9000));
		assert_true(stands(&region, kind));
	}
}

/* Whoever can set the clock, as over NTP, is not to bring back what ended long ago. */
static void until_of_long_ago(void **state)
{
	(void)state;
	for (int kind = 0; kind < LAYERS_KINDS; kind++) {
		struct region region = region_new();

		assert_true(set_until(&region, kind, 9600));
		region.now.now_ns = (4600 + 86400) * SECOND;
		assert_false(stands(&region, kind));
		assert_false(step(&region, kind, -90000));
		assert_false(stands(&region, kind));
		region.now.now_ns -= SECOND;
		assert_true(step(&region, kind, 0));
	}
}

static void other_ends_stay(void **state)
{
	(void)state;
	for (int kind = 0; kind < LAYERS_KINDS; kind++) {
		struct region region = region_new();

		assert_true(set_until(&region, kind, 9600));
		assert_true(set(&region, kind, HOUR, NULL));
		assert_false(region.notes.timed[kind]);
		assert_true(set_until(&region, kind, 9600));
		assert_true(set_until(&region, !kind, 9600));
		layers_release(&region.notes, &region.limits);
		assert_false(region.notes.timed[kind] || region.notes.timed[!kind]);
		/* What a version has set that does not know of the time of day. */
		assert_true(set_until(&region, kind, 9600));
		region.limits.exempt_until_ns = region.limits.blocked_until_ns = 1500 * SECOND;
		assert_false(step(&region, kind, 1800));
		assert_int_equal(end_s(&region, kind), 1500);
	}
}

static void reasons(void **state)
{
	char longest[LAYERS_REASON_SIZE + 1];
	struct layers_span span = {};

	(void)state;
	assert_int_equal(layers_set_reason(&span, "scans"), 0);
	assert_int_equal(layers_set_reason(&span, "a\nb"), -EINVAL);
	assert_int_equal(layers_set_reason(&span, "\xff"), -EINVAL);
	memset(longest, 'a', sizeof(longest));
	longest[LAYERS_REASON_SIZE] = 0;
	assert_int_equal(layers_set_reason(&span, longest), -E2BIG);
	assert_string_equal(span.reason, "scans");
	longest[LAYERS_REASON_SIZE - 1] = 0;
	assert_int_equal(layers_set_reason(&span, longest), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends),
		cmocka_unit_test(apart),
		cmocka_unit_test(reload_renews_nothing),
		cmocka_unit_test(reload_sets_what_has_no_end),
		cmocka_unit_test(until_follows_the_clock),
		cmocka_unit_test(until_that_a_step_passes),
		cmocka_unit_test(until_of_long_ago),
		cmocka_unit_test(other_ends_stay),
		cmocka_unit_test(reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
