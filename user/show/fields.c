// SPDX-License-Identifier: BSD-2-Clause
#include "show/fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "show/output.h"

/* The longest part of a key that is an object. */
#define PART_SIZE 32

static uint64_t load(const struct field *row, const void *item)
{
	const char *at = (const char *)item + row->offset;

	switch (row->size) {
	case sizeof(uint64_t):
		return *(const uint64_t *)at;
	case sizeof(uint32_t):
		return *(const uint32_t *)at;
	case sizeof(uint16_t):
		return *(const uint16_t *)at;
	default:
		return *(const uint8_t *)at;
	}
}

uint64_t fields_number(const struct field *row, const void *item)
{
	return row->number ? row->number(item) : load(row, item);
}

const char *fields_text(const struct field *row, const void *item, char room[FIELD_TEXT_SIZE])
{
	const char *text = (const char *)item + row->offset;

	if (row->text)
		return row->text(item, room);
	return *text ? text : NULL;
}

/* The last part of a row's key. */
static const char *name_of(const struct field *row)
{
	const char *dot = strrchr(row->key, '.');

	return dot ? dot + 1 : row->key;
}

bool fields_has(const struct field *row, const void *item)
{
	return !row->present || row->present(item);
}

void fields_heads(const struct fields *fields, struct columns *columns)
{
	fields_each(row, fields) {
		if (!row->head)
			continue;
		columns_head(columns, row->head);
		columns_spare(columns, row->rank);
	}
}

/* A time _ns, which is not 0. */
static void time_cell(const struct field *row, uint64_t time_ns, const struct clock_moment *moment,
		      struct columns *columns)
{
	char room[QUANTITY_DURATION_SIZE];

	if (row->kind == FIELD_AGO)
		columns_cell(columns, "%lus ago", clock_seconds_ago(moment, time_ns));
	else
		columns_cell(columns, "%s", quantity_about(clock_seconds_ago(moment, time_ns) *
							   NS_PER_SECOND, room));
}

static void cell(const struct field *row, const void *item, const struct clock_moment *moment,
		 struct columns *columns)
{
	char room[FIELD_TEXT_SIZE];
	uint64_t number;

	if (row->kind == FIELD_TEXT) {
		columns_cell(columns, "%s", fields_text(row, item, room) ?: "-");
		return;
	}
	number = fields_number(row, item);
	if (!number && (row->kind == FIELD_LIMIT || row->kind == FIELD_SINCE))
		columns_cell(columns, "-");
	else if (row->kind == FIELD_RATE || row->kind == FIELD_LIMIT)
		columns_rate(columns, number);
	else if (row->kind == FIELD_DURATION)
		columns_cell(columns, "%s", quantity_duration(number, room));
	else if (row->kind == FIELD_TIME)
		columns_cell(columns, "%s", output_time(number, room));
	else if ((row->kind == FIELD_AGO || row->kind == FIELD_SINCE) && number)
		time_cell(row, number, moment, columns);
	else if (row->kind == FIELD_AGO)
		columns_cell(columns, "never");
	else if (row->kind == FIELD_SHARE)
		columns_cell(columns, "%lu%%", (number + 5) / 10);
	else if (row->kind == FIELD_FLAG)
		columns_cell(columns, "%s", number ? "yes" : "no");
	else
		columns_cell(columns, "%lu", number);
}

void fields_cells(const struct fields *fields, const void *item, struct columns *columns)
{
	fields_each(row, fields) {
		if (!row->head)
			continue;
		if (fields_has(row, item))
			cell(row, item, fields->moment, columns);
		else
			columns_cell(columns, "-");
	}
}

static json_t *text_json(const struct field *row, const void *item)
{
	char room[FIELD_TEXT_SIZE];
	const char *text = fields_text(row, item, room);

	return text ? output_string(text) : json_null();
}

static json_t *value_json(const struct field *row, const void *item,
			  const struct clock_moment *moment)
{
	switch (row->kind) {
	case FIELD_TEXT:
		return text_json(row, item);
	case FIELD_JSON:
		return row->json(item);
	case FIELD_DURATION:
		return json_real(fields_number(row, item) / 1e9);
	case FIELD_TIME:
		return output_time_json(fields_number(row, item));
	case FIELD_SHARE:
		return json_real(fields_number(row, item) / 1e3);
	case FIELD_AGO:
	case FIELD_SINCE:
		return output_time_json(clock_epoch(moment, fields_number(row, item)));
	case FIELD_FLAG:
		return json_boolean(fields_number(row, item));
	default:
		return json_integer(fields_number(row, item));
	}
}

/* The object that a part of a key names, made if it is not there; 0 without memory. */
static json_t *inner(json_t *object, const char *part)
{
	json_t *found = json_object_get(object, part);

	if (json_is_object(found))
		return found;
	found = json_object();
	return json_object_set_new(object, part, found) ? NULL : found;
}

static int set(const struct field *row, const void *item, const struct clock_moment *moment,
	       json_t *object)
{
	const char *key = row->key, *dot;
	char part[PART_SIZE];

	for (; object && (dot = strchr(key, '.')); key = dot + 1) {
		snprintf(part, sizeof(part), "%.*s", (int)(dot - key), key);
		if (!fields_has(row, item))
			return json_object_set_new(object, part, json_null());
		object = inner(object, part);
	}
	if (!object)
		return -1;
	return json_object_set_new(object, key, fields_has(row, item) ?
				   value_json(row, item, moment) : json_null());
}

int fields_set(const struct fields *fields, const void *item, json_t *object)
{
	fields_each(row, fields)
		if (row->key && set(row, item, fields->moment, object))
			return -ENOMEM;
	return 0;
}

json_t *fields_object(const struct fields *fields, const void *item)
{
	json_t *object = json_object();

	if (!object || !fields_set(fields, item, object))
		return object;
	json_decref(object);
	return NULL;
}

void fields_print_counts(const struct fields *fields, const void *item, const char *object,
			 const char *title)
{
	size_t length = strlen(object);

	fields_each(row, fields)
		if (!strncmp(row->key, object, length) && row->key[length] == '.' &&
		    fields_number(row, item))
			printf("%-11s %lu %s: %s\n", title, fields_number(row, item),
			       name_of(row), row->note);
}
