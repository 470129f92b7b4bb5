// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/metrics.h"

struct item {
	uint64_t count, limit, bits, seen_ns;
	uint32_t mood;
};

#define AT(member) FIELD_AT(struct item, member)

static const char *const moods[] = { "good", "bad", NULL };

static const char *mood(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return moods[((const struct item *)item)->mood];
}

static double share(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return ((const struct item *)item)->limit ? 0.25 : NAN;
}

static bool is_limited(const void *item)
{
	return ((const struct item *)item)->limit;
}

static const struct field rows[] = {
	{ FIELD_COUNT, .metric = "x_things_total", .label = "kind=\"a\"", .help = "Things.",
	  AT(count) },
	{ FIELD_LIMIT, .metric = "x_limit", .help = "Limit.", AT(limit) },
	{ FIELD_COUNT, .metric = "x_things_total", .label = "kind=\"b\"", .help = "Things.",
	  AT(limit), .present = is_limited },
	{ FIELD_RATE, .metric = "x_bytes_per_second", .unit = "bits/s", .help = "Bytes.", AT(bits) },
	{ FIELD_AGO, .metric = "x_seen_seconds", .help = "Seen.", AT(seen_ns) },
	{ FIELD_TEXT, .metric = "x_mood", .label = "mood", .values = moods, .help = "Mood.",
	  .text = mood },
	{ FIELD_COUNT, .metric = "x_ratio", .help = "Ratio.", .measure = share },
	{ FIELD_COUNT, ">NO-METRIC", AT(count) },
	{},
};

static const struct clock_moment moment = { 100 * NS_PER_SECOND, 1000 * NS_PER_SECOND };
static const struct fields fields = { rows, 0, &moment };

static char *print(const struct metrics *metrics)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_int_equal(metrics_print(metrics, to), 0);
	fclose(to);
	return text;
}

static void families(void **state)
{
	const struct item one = { 1ULL << 60, 0, 12, 40 * NS_PER_SECOND, 1 };
	const struct item two = { 7, 500, 0, 0, 0 };
	struct metrics *metrics = metrics_new();
	char *text;

	(void)state;
	metrics_add(metrics, &fields, &one, "region=\"XX\"");
	metrics_add(metrics, &fields, &two, "");
	text = print(metrics);
	assert_string_equal(text,
		"# HELP x_things_total Things.\n# TYPE x_things_total counter\n"
		"x_things_total{region=\"XX\",kind=\"a\"} 1152921504606846976\n"
		"x_things_total{kind=\"a\"} 7\nx_things_total{kind=\"b\"} 500\n"
		"# HELP x_limit Limit.\n# TYPE x_limit gauge\n"
		"x_limit{region=\"XX\"} +Inf\nx_limit 500\n"
		"# HELP x_bytes_per_second Bytes.\n# TYPE x_bytes_per_second gauge\n"
		"x_bytes_per_second{region=\"XX\"} 1.5\nx_bytes_per_second 0\n"
		"# HELP x_seen_seconds Seen.\n# TYPE x_seen_seconds gauge\n"
		"x_seen_seconds{region=\"XX\"} 1040\nx_seen_seconds 0\n"
		"# HELP x_mood Mood.\n# TYPE x_mood gauge\n"
		"x_mood{region=\"XX\",mood=\"good\"} 0\nx_mood{region=\"XX\",mood=\"bad\"} 1\n"
		"x_mood{mood=\"good\"} 1\nx_mood{mood=\"bad\"} 0\n"
		"# HELP x_ratio Ratio.\n# TYPE x_ratio gauge\nx_ratio 0.25\n");
	free(text);
	metrics_free(metrics);
}

static void counters(void **state)
{
	const struct item item = { .count = 3 };
	struct metrics *metrics = metrics_new();
	char *text;

	(void)state;
	metrics_add_counters(metrics, &fields, &item, "");
	text = print(metrics);
	assert_string_equal(text, "# HELP x_things_total Things.\n# TYPE x_things_total counter\n"
				  "x_things_total{kind=\"a\"} 3\n");
	free(text);
	metrics_free(metrics);
}

static void labels(void **state)
{
	char room[METRICS_LABELS_SIZE] = "", longest[2 * METRICS_LABELS_SIZE];

	(void)state;
	metrics_label(room, "region", "a\"b\\c");
	metrics_label(room, "node", "\x1b\n\xff");
	assert_string_equal(room, "region=\"a\\\"b\\\\c\",node=\"\\\\x1b\\\\x0a\\\\xff\"");
	memset(longest, '"', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	metrics_label(room, "long", longest);
	assert_int_equal(room[strlen(room) - 1], '"');
	assert_true(strlen(room) < METRICS_LABELS_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families),
		cmocka_unit_test(counters),
		cmocka_unit_test(labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
