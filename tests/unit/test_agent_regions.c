// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent_metrics_regions.h"
#include "base/clock.h"

#define MANY 4096

/* Regions R0, R1, ... with ids as their numbers, and a clock. */
static struct view_region rows[MANY];
static struct view_regions view = { .region = rows };
static struct agent_metrics_regions regions;

static int set_up(void **state)
{
	(void)state;
	memset(rows, 0, sizeof(rows));
	for (uint32_t i = 0; i < MANY; i++) {
		rows[i].id = i;
		snprintf(rows[i].name, sizeof(rows[i].name), "R%u", i);
	}
	view.moment.now_ns = NS_PER_SECOND;
	return agent_metrics_regions_open(&regions);
}

static int tear_down(void **state)
{
	(void)state;
	agent_metrics_regions_close(&regions);
	return 0;
}

static void look(uint32_t count, unsigned int busiest)
{
	view.count = count;
	view.moment.now_ns += NS_PER_SECOND;
	agent_metrics_regions_second(&regions, &view, busiest);
}

static uint64_t other(void)
{
	return regions.other.counts.packets;
}

static unsigned int has_name(const char *name)
{
	for (unsigned int i = 0; i < regions.count; i++)
		if (!strcmp(regions.named[i].name, name))
			return 1;
	return 0;
}

/* The number of series, or of those of a region. */
static unsigned int series_of(const char *label, bool full)
{
	struct metrics *metrics = metrics_new();
	unsigned int count = 0;
	size_t size;
	char *text;
	FILE *to = open_memstream(&text, &size);

	agent_metrics_regions_add(&regions, metrics, &view, full);
	assert_int_equal(metrics_print(metrics, to), 0);
	fclose(to);
	metrics_free(metrics);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		count += *line != '#' && (!label || strstr(line, label));
	free(text);
	return count;
}

/* The sum never goes back, whoever gets a name; and it has all that came of those without one. */
static void other_never_goes_back(void **state)
{
	uint64_t before = 0, came = 0;

	(void)state;
	srand(1);
	for (uint32_t i = 0; i < 500; i++)
		rows[i].counts.packets = 1000000;
	look(500, 0);
	assert_int_equal(other(), 0);
	for (int second = 0; second < 2000; second++) {
		for (uint32_t i = 0; i < 500; i++) {
			uint64_t packets = rand() % 100;
			bool named = regions.seen[i].named;

			rows[i].counts.packets += packets;
			came += named ? 0 : packets;
		}
		look(500, second % 10 ? 0 : 1 + second / 400);
		assert_true(other() >= before);
		assert_int_equal(other(), came);
		before = other();
	}
	assert_in_range(regions.count, 20, AGENT_METRICS_REGIONS_BUSY);
}

/* A region's counts go to another one when it is taken out, and begin anew in new maps. */
static void other_outlives_regions_and_maps(void **state)
{
	(void)state;
	rows[1].limits.own = 1;
	look(3, 0);
	rows[2].counts.packets = 500;
	look(3, 0);
	assert_int_equal(other(), 500);
	rows[1].counts.packets += rows[2].counts.packets;
	look(2, 0);
	assert_int_equal(other(), 500);
	rows[2].counts.packets = 7;
	look(3, 0);
	assert_int_equal(other(), 507);
	strcpy(rows[2].name, "NEW");
	rows[2].counts.packets = 100;
	look(3, 0);
	assert_int_equal(other(), 507);
}

static void names_are_for_those_who_matter(void **state)
{
	(void)state;
	look(10, 2);
	assert_int_equal(regions.count, 0);
	rows[3].limits.own = 1;
	rows[4].state = ECDN_XDP_STATE_SHIELDED;
	rows[5].since_ns = 1;
	for (uint32_t i = 6; i < 10; i++)
		rows[i].counts.packets = i;
	look(10, 2);
	assert_int_equal(has_name("R3") + has_name("R4") + has_name("R5"), 3);
	assert_int_equal(has_name("R9") + has_name("R8"), 2);
	assert_int_equal(has_name("R7") + has_name("R6"), 0);
	rows[3].limits.own = rows[4].state = 0;
	rows[7].counts.packets += 1;
	look(10, 2);
	assert_int_equal(regions.count, 6);
	assert_int_equal(has_name("R3") + has_name("R7"), 2);
}

static void sums_have_no_name(void **state)
{
	(void)state;
	strcpy(rows[0].name, "_other");
	strcpy(rows[1].name, "_all");
	rows[0].limits.own = rows[1].limits.own = 1;
	look(2, 0);
	assert_int_equal(regions.count, 0);
}

/* Whoever forges the sources of all regions in turn gets 200 of them looked at, and no more; there
 * are places left for those that are limited. */
static void a_forger_fills_no_more(void **state)
{
	(void)state;
	look(MANY, 100);
	for (uint32_t at = 0; at + 100 <= MANY; at += 100) {
		for (uint32_t i = at; i < at + 100; i++)
			rows[i].counts.packets += 1000;
		look(MANY, 100);
	}
	assert_int_equal(regions.count, AGENT_METRICS_REGIONS_BUSY);
	rows[4000].state = ECDN_XDP_STATE_LIMITED;
	look(MANY, 100);
	assert_int_equal(has_name("R4000"), 1);
	for (uint32_t i = 0; i < MANY; i++)
		rows[i].limits.own = 1;
	look(MANY, 100);
	assert_int_equal(regions.count, AGENT_METRICS_REGIONS_MAX);
}

static void series_are_bounded(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		rows[i].limits = (struct ecdn_xdp_limits){ .own = 1, .pps = 1, .bps = 1, .cps = 1,
							   .exempt_until_ns = 1,
							   .blocked_until_ns = 1 };
		rows[i].load.measure = ECDN_XDP_MEASURE_PPS;
	}
	look(MANY, 100);
	assert_in_range(series_of(NULL, true), 5000, 8000);
	assert_int_equal(series_of("region=\"R0\"", false), 8);
	assert_int_equal(series_of("region=\"R200\"", true), 8);
	assert_in_range(series_of("region=\"R0\"", true), 40, 60);
	assert_in_range(series_of("region=\"_other\"", true), 20, 40);
	assert_int_equal(series_of("region=\"R300\"", true), 0);
	assert_in_range(series_of(NULL, false), 2000, 2010);
}

static void own_counts(void **state)
{
	(void)state;
	rows[0].state = ECDN_XDP_STATE_LIMITED;
	rows[0].limits.own = 1;
	look(2, 0);
	look(2, 0);
	look(2, 0);
	agent_metrics_regions_surge(&regions, "R0");
	agent_metrics_regions_surge(&regions, "R1");
	assert_int_equal(regions.named[0].own.limited_ns, 2 * NS_PER_SECOND);
	assert_int_equal(regions.named[0].own.surges, 1);
	assert_int_equal(regions.other_own.surges, 1);
}

/* After a time without a guard nobody was limited before the new one said so. */
static void limited_time_is_no_gap(void **state)
{
	(void)state;
	rows[0].limits.own = 1;
	look(2, 0);
	view.moment.now_ns += 3600 * NS_PER_SECOND;
	rows[0].state = ECDN_XDP_STATE_LIMITED;
	rows[0].since_ns = view.moment.now_ns + NS_PER_SECOND / 2;
	look(2, 0);
	assert_int_equal(regions.named[0].own.limited_ns, NS_PER_SECOND / 2);
	view.moment.now_ns += 9 * NS_PER_SECOND;
	look(2, 0);
	assert_int_equal(regions.named[0].own.limited_ns, 10 * NS_PER_SECOND + NS_PER_SECOND / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(other_never_goes_back),
		TEST(other_outlives_regions_and_maps),
		TEST(names_are_for_those_who_matter),
		TEST(sums_have_no_name),
		TEST(a_forger_fills_no_more),
		TEST(series_are_bounded),
		TEST(own_counts),
		TEST(limited_time_is_no_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
