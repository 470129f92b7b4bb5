// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/stats_choice.h"
#include "show/region_fields.h"

#define NAMED(text, is, at, ...) \
	{ .name = text, .state = ECDN_XDP_STATE_##is, .load = { .measure = at ? 1 : 0, .share = at }, \
	  .id = __COUNTER__, __VA_ARGS__ }

static struct view_region regions[] = {
	NAMED("--", NORMAL, 0, .claimed.pps = 5),
	NAMED("CALM", NORMAL, 0, .counts.packets = 100),
	NAMED("BUSY", NORMAL, 800, .claimed.pps = 80),
	NAMED("OVER", SHIELDED, 3000, .claimed.pps = 300),
	NAMED("HIT", LIMITED, 1200, .claimed.pps = 120, .flow = { true, .dropped = 9 }),
	NAMED("WORSE", LIMITED, 9000, .claimed.pps = 20),
	NAMED("OUT", BLOCKED, 0),
	NAMED("OWN", NORMAL, 0, .limits.own = 1),
	NAMED("NONE", NORMAL, 0),
};

static const struct view_regions view = {
	.region = regions, .count = sizeof(regions) / sizeof(*regions),
};

static const struct fields fields = {
	region_fields, REGION_FIELDS_NOW | REGION_FIELDS_NOW_ENFORCE, NULL
};

static void check(const struct stats_choice *choice, const char *expected)
{
	const struct view_region **chosen;
	char names[256] = "";
	size_t count;

	assert_int_equal(stats_choice_check(choice, &fields), 0);
	assert_int_equal(stats_choice_make(choice, &fields, &view, &chosen, &count), 0);
	for (size_t i = 0; i < count; i++) {
		strcat(names, i ? " " : "");
		strcat(names, chosen[i]->name);
	}
	free(chosen);
	assert_string_equal(names, expected);
}

static void order(void **state)
{
	(void)state;
	check(&(struct stats_choice){ .now = true, .ranked = true },
	      "WORSE HIT OVER BUSY -- OUT OWN");
	check(&(struct stats_choice){ .now = true, .ranked = true, .top = 2 }, "WORSE HIT");
	check(&(struct stats_choice){ .now = true, .ranked = true, .all = true },
	      "WORSE HIT OVER BUSY -- CALM OUT OWN NONE");
	check(&(struct stats_choice){ .top = 3 }, "WORSE HIT OVER");
	check(&(struct stats_choice){ }, "CALM OVER HIT WORSE OUT OWN");
}

static void sorted(void **state)
{
	(void)state;
	check(&(struct stats_choice){ .now = true, .sort = "pps" },
	      "OVER HIT BUSY WORSE -- OUT OWN");
	check(&(struct stats_choice){ .now = true, .sort = "Region" },
	      "-- BUSY HIT OUT OVER OWN WORSE");
	/* What has no value comes last, in the order of ids. */
	check(&(struct stats_choice){ .now = true, .sort = "DROP/S" },
	      "HIT -- BUSY OVER WORSE OUT OWN");
	check(&(struct stats_choice){ .now = true, .sort = "state", .top = 1 }, "OUT");
}

static void states(void **state)
{
	(void)state;
	check(&(struct stats_choice){ .now = true, .states = "blocked" }, "OUT");
	check(&(struct stats_choice){ .now = true, .ranked = true, .states = "shielded,limited" },
	      "WORSE HIT OVER");
	check(&(struct stats_choice){ .now = true, .states = "exempt" }, "");
}

static void named(void **state)
{
	char *names[] = { "OVER", "CALM", "HIT", "NOWHERE" };

	(void)state;
	check(&(struct stats_choice){ names, 3, .now = true, .ranked = true }, "OVER CALM HIT");
	check(&(struct stats_choice){ names, 3, .now = true, .sort = "pps" }, "OVER HIT CALM");
	assert_int_equal(stats_choice_named(&(struct stats_choice){ .names = names, .count = 3 },
					    &view), 0);
	assert_true(stats_choice_named(&(struct stats_choice){ .names = names, .count = 4 },
				       &view) < 0);
}

static void wrong(void **state)
{
	static const char *const bad[] = { "", "limited,", ",", "LIMITED", "limited shielded",
					   "a state whose name is long" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_true(stats_choice_check(&(struct stats_choice){ .states = bad[i] },
					       &fields) < 0);
	assert_true(stats_choice_check(&(struct stats_choice){ .sort = "" }, &fields) < 0);
	assert_true(stats_choice_check(&(struct stats_choice){ .sort = "packets" }, &fields) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(sorted),
		cmocka_unit_test(states),
		cmocka_unit_test(named),
		cmocka_unit_test(wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
