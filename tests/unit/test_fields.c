// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show/event_fields.h"
#include "show/fields.h"
#include "show/limit_fields.h"
#include "show/node_fields.h"
#include "show/prefix_fields.h"
#include "show/rate_fields.h"
#include "show/region_fields.h"
#include "show/status_fields.h"
#include "show/steer_fields.h"
#include "view/view_regions.h"

#define SECOND NS_PER_SECOND

enum { FORM_ONE = 1, FORM_TWO = 2 };

struct item {
	char name[8];
	uint64_t count, rate, limit, hold_ns, loaded_at, seen_ns;
	uint32_t word;
	uint16_t port;
	bool on, there;
};

#define AT(member) FIELD_AT(struct item, member)

static const char *shout(const void *item, char room[FIELD_TEXT_SIZE])
{
	const char *name = ((const struct item *)item)->name;

	if (!*name)
		return NULL;
	snprintf(room, FIELD_TEXT_SIZE, "%s!", name);
	return room;
}

static uint64_t twice(const void *item)
{
	return 2 * ((const struct item *)item)->count;
}

static json_t *list(const void *item)
{
	(void)item;
	return json_pack("[i]", 1);
}

static bool is_there(const void *item)
{
	return ((const struct item *)item)->there;
}

static const struct field rows[] = {
	{ FIELD_TEXT, "<NAME", "name", AT(name) },
	{ FIELD_TEXT, "<SHOUT", "shout", .text = shout },
	{ FIELD_COUNT, ">COUNT", "count", AT(count) },
	{ FIELD_COUNT, ">TWICE", "in.twice", .number = twice },
	{ FIELD_COUNT, ">WORD", "in.word", AT(word) },
	{ FIELD_COUNT, ">PORT", "in.deep.port", AT(port) },
	{ FIELD_RATE, ">RATE", "rate", AT(rate) },
	{ FIELD_LIMIT, ">LIMIT", "limit", AT(limit) },
	{ FIELD_DURATION, ">HOLD", "hold", AT(hold_ns) },
	{ FIELD_TIME, "<LOADED", "loaded_at", AT(loaded_at) },
	{ FIELD_AGO, ">SEEN", "seen", AT(seen_ns) },
	{ FIELD_SINCE, ">SINCE", "since", AT(seen_ns) },
	{ FIELD_SHARE, ">SHARE", "share", AT(word) },
	{ FIELD_FLAG, "<ON", "on", AT(on) },
	{ FIELD_COUNT, ">MAYBE", "maybe.count", .present = is_there, AT(count) },
	{ FIELD_COUNT, ">ONE", "one", .in = FORM_ONE, AT(count) },
	{ FIELD_COUNT, ">TWO", "two", .in = FORM_TWO, AT(count) },
	{ FIELD_JSON, .key = "list", .json = list },
	{},
};

static const struct clock_moment moment = { .now_ns = 100 * SECOND, .epoch_ns = 1000 * SECOND };

static const struct item full = {
	"abc", 12345678, 12345678, 50000, 1500 * SECOND / 1000, 86400, 40 * SECOND, 4000000000U,
	65535, true, true,
};

static const struct item empty;

/* A table's lines of text, without the spaces that fill its columns. */
static char *table(const struct fields *fields, const struct item *item)
{
	struct columns *columns = columns_new();
	int saved = dup(STDOUT_FILENO);
	FILE *file = tmpfile();
	char *text = calloc(1, 4096), *to = text;

	fields_heads(fields, columns);
	fields_cells(fields, item, columns);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	assert_int_equal(columns_print(columns), 0);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	for (int c = fgetc(file); c != EOF; c = fgetc(file))
		if (c != ' ' || (to > text && to[-1] != ' ' && to[-1] != '\n'))
			*to++ = c;
	fclose(file);
	return text;
}

static void check(const struct fields *fields, const struct item *item, const char *text,
		  const char *json)
{
	json_t *object = fields_object(fields, item);
	char *found_text = table(fields, item), *found_json = json_dumps(object, 0);

	assert_string_equal(found_text, text);
	assert_string_equal(found_json, json);
	json_decref(object);
	free(found_json);
	free(found_text);
}

static void values(void **state)
{
	const struct fields fields = { rows, FORM_ONE, &moment };

	(void)state;
	check(&fields, &full,
	      "NAME SHOUT COUNT TWICE WORD PORT RATE LIMIT HOLD LOADED SEEN SINCE SHARE ON MAYBE ONE\n"
	      "abc abc! 12345678 24691356 4000000000 65535 12.3M 50.0k 1.5s 1970-01-02T00:00:00Z "
	      "60s ago 1m 400000000% yes 12345678 12345678\n",
	      "{\"name\": \"abc\", \"shout\": \"abc!\", \"count\": 12345678, "
	      "\"in\": {\"twice\": 24691356, \"word\": 4000000000, \"deep\": {\"port\": 65535}}, "
	      "\"rate\": 12345678, \"limit\": 50000, \"hold\": 1.5, "
	      "\"loaded_at\": \"1970-01-02T00:00:00Z\", \"seen\": \"1970-01-01T00:17:20Z\", "
	      "\"since\": \"1970-01-01T00:17:20Z\", \"share\": 4000000.0, "
	      "\"on\": true, \"maybe\": {\"count\": 12345678}, \"one\": 12345678, \"list\": [1]}");
}

/* What is not there is a dash or a word in text, and null in JSON. */
static void nothing(void **state)
{
	const struct fields fields = { rows, FORM_TWO, &moment };

	(void)state;
	check(&fields, &empty,
	      "NAME SHOUT COUNT TWICE WORD PORT RATE LIMIT HOLD LOADED SEEN SINCE SHARE ON MAYBE TWO\n"
	      "- - 0 0 0 0 0 - 0s - never - 0% no - 0\n",
	      "{\"name\": null, \"shout\": null, \"count\": 0, "
	      "\"in\": {\"twice\": 0, \"word\": 0, \"deep\": {\"port\": 0}}, \"rate\": 0, "
	      "\"limit\": 0, \"hold\": 0.0, \"loaded_at\": null, \"seen\": null, "
	      "\"since\": null, \"share\": 0.0, \"on\": false, "
	      "\"maybe\": null, \"two\": 0, \"list\": [1]}");
}

static void not_utf8(void **state)
{
	const struct fields fields = { rows, FORM_ONE, &moment };
	const struct item item = { .name = "a\xff" };
	json_t *object = fields_object(&fields, &item);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(object, "name")), "a\\xff");
	json_decref(object);
}

static const struct field *const lists[] = {
	event_fields_guard, event_fields_ping, region_fields, limit_fields, prefix_fields,
	node_fields, node_fields_check, steer_fields, status_fields_guard, status_fields_ping,
	status_fields_table, status_fields_metrics, status_fields_interface, rate_fields_allowance,
	rate_fields_allowed,
};

#define LISTS (sizeof(lists) / sizeof(*lists))

static bool is_monotonic(const struct field *row)
{
	return row->kind == FIELD_COUNT && strstr(row->metric, "_total");
}

static void check_metric(const struct field *row)
{
	size_t length = strspn(row->metric, "abcdefghijklmnopqrstuvwxyz_0123456789");

	assert_int_equal(length, strlen(row->metric));
	assert_int_equal(strncmp(row->metric, "ecdn_xdp_", 9), 0);
	assert_non_null(row->help);
	assert_int_equal(row->help[strlen(row->help) - 1], '.');
	assert_true(row->unit || is_monotonic(row) || row->kind == FIELD_TEXT ||
		    strstr(row->metric, "generation"));
	if (row->kind == FIELD_AGO || row->kind == FIELD_TIME)
		assert_non_null(strstr(row->metric, "_timestamp_seconds"));
}

/* Rows of all readers: series are told apart, and a metric has one help. */
static void check_pair(const struct field *one, const struct field *other)
{
	if (!one->metric || !other->metric || strcmp(one->metric, other->metric))
		return;
	assert_string_equal(one->help, other->help);
	/* Of a node and of an allowed prefix; the second has no metrics of its own. */
	if (one->offset != other->offset && strstr(one->metric, "trusted_"))
		return;
	assert_non_null(one->label);
	assert_non_null(other->label);
	assert_string_not_equal(one->label, other->label);
}

static void each_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < LISTS; i++)
		for (const struct field *row = lists[i]; row->kind != FIELD_END; row++) {
			assert_true(row->head || row->key || row->metric);
			assert_true(!row->head || row->head[0] == '<' || row->head[0] == '>');
			assert_true(row->kind != FIELD_JSON || (row->json && !row->head));
			assert_true(row->size || row->json || row->measure);
			assert_true(!row->values || (row->metric && row->label));
			if (row->metric)
				check_metric(row);
		}
}

static void metrics_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < LISTS; i++)
		for (const struct field *row = lists[i]; row->kind != FIELD_END; row++)
			for (size_t j = 0; j < LISTS; j++)
				for (const struct field *other = lists[j];
				     other->kind != FIELD_END; other++)
					if (row != other)
						check_pair(row, other);
}

/* The counters' values, in the order of the struct, are those of the rows that read it. */
static void every_counter_of_a_region_is_shown(void **state)
{
	struct view_region region = {};
	uint64_t *counter = (uint64_t *)&region.counts;
	size_t shown = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(region.counts) / sizeof(*counter); i++)
		counter[i] = i + 1;
	for (const struct field *row = region_fields; row->kind != FIELD_END; row++)
		if (row->kind == FIELD_COUNT && !row->number &&
		    row->offset >= offsetof(struct view_region, counts) &&
		    row->offset < offsetof(struct view_region, counts) + sizeof(region.counts)) {
			uint64_t number = fields_number(row, &region);

			assert_int_equal(counter[number - 1], number);
			counter[number - 1] = 0;
			shown++;
		}
	assert_int_equal(shown, sizeof(region.counts) / sizeof(*counter));
}

/* Counts that are estimates have a mark in text and a member in JSON. */
static void estimates_are_marked(void **state)
{
	const struct field *row = prefix_fields;
	char room[FIELD_TEXT_SIZE];

	(void)state;
	for (int sampled = 0; sampled <= 1; sampled++) {
		const struct prefix_fields_item item = {
			"XX", { .packets = 4096, .bytes = 5, .sampled = sampled },
		};
		const struct fields json = { prefix_fields, PREFIX_FIELDS_JSON, NULL };
		json_t *object;

		for (row = prefix_fields; !row->head || strcmp(row->head, ">PACKETS");)
			row++;
		assert_string_equal(row->text(&item, room), sampled ? "~4096" : "4096");
		assert_string_equal((row + 1)->text(&item, room), sampled ? "~5" : "5");
		object = fields_object(&json, &item);
		assert_int_equal(json_boolean_value(json_object_get(object, "sampled")), sampled);
		assert_int_equal(json_integer_value(json_object_get(object, "packets")), 4096);
		json_decref(object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(nothing),
		cmocka_unit_test(not_utf8),
		cmocka_unit_test(each_is_whole),
		cmocka_unit_test(metrics_are_told_apart),
		cmocka_unit_test(every_counter_of_a_region_is_shown),
		cmocka_unit_test(estimates_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
