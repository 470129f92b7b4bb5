// SPDX-License-Identifier: BSD-2-Clause
#include "show/order.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const struct field *order_find(const struct fields *fields, const char *head)
{
	fields_each(row, fields)
		if (row->head && !strcasecmp(row->head + 1, head))
			return row;
	return NULL;
}

const char *order_heads(const struct fields *fields, char room[FIELD_TEXT_SIZE])
{
	size_t used = 0;

	room[0] = 0;
	fields_each(row, fields)
		if (row->head && used < FIELD_TEXT_SIZE)
			used += snprintf(room + used, FIELD_TEXT_SIZE - used, "%s%s",
					 used ? ", " : "", row->head + 1);
	for (char *at = room; *at; at++)
		*at = tolower((unsigned char)*at);
	return room;
}

static int compare_text(const struct field *row, const void *one, const void *other)
{
	char rooms[2][FIELD_TEXT_SIZE];
	const char *left = fields_text(row, one, rooms[0]);
	const char *right = fields_text(row, other, rooms[1]);

	if (!left || !right)
		return !left - !right;
	return strcmp(left, right);
}

int order_compare(const struct field *row, const void *one, const void *other)
{
	bool has_one = fields_has(row, one), has_other = fields_has(row, other);
	uint64_t left, right;

	if (!has_one || !has_other)
		return has_other - has_one;
	if (row->kind == FIELD_TEXT)
		return compare_text(row, one, other);
	left = fields_number(row, one);
	right = fields_number(row, other);
	return left > right ? -1 : left < right;
}
