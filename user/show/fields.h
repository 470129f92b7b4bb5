/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fields.h - each thing that readers show is described once, by a row: how it is read out
 * of an item of a view, the head of its column, its JSON key, and the name, unit and help
 * of its metric. Text, JSON and metrics are made from the same rows, in their order.
 */
#ifndef SHOW_FIELDS_H
#define SHOW_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/clock.h"
#include "show/columns.h"

/* What a value is, and how it is shown: in a cell, then in JSON where that differs. */
enum field_kind {
	FIELD_END,              /* ends a list of rows */
	FIELD_TEXT,             /* words: "-" or null if there are none */
	FIELD_COUNT,            /* a number */
	FIELD_RATE,             /* a number: three digits with a unit, or all of it */
	FIELD_LIMIT,            /* a rate; "-" or 0 for no limit */
	FIELD_DURATION,         /* ns: "1m30s", or seconds as a real number */
	FIELD_TIME,             /* seconds since the epoch: a time of day; "-" or null for 0 */
	FIELD_AGO,              /* a time _ns: "5s ago", or a time of day; "never" or null for 0 */
	FIELD_SINCE,            /* a time _ns: "3m20s", or a time of day; "-" or null for 0 */
	FIELD_SHARE,            /* thousandths: "41%", or a real number */
	FIELD_FLAG,             /* yes or no, or a boolean */
	FIELD_JSON,             /* a list or an object: JSON alone */
};

/* Room for words that a row puts together. */
#define FIELD_TEXT_SIZE 512

struct field {
	enum field_kind kind;
	const char *head;       /* of the column, as columns_head() takes it; 0: no column */
	const char *key;        /* in JSON; "a.b" is b in the object a; 0: not in JSON */
	const char *metric;     /* 0: none */
	const char *label;      /* of the metric, like reason="arp"; 0: one series. Of a FIELD_TEXT
				   its name alone: there is a series for each of its values */
	const char *const *values; /* these, of a FIELD_TEXT with a metric; ended by 0 */
	const char *unit;       /* of the value; of the metric once it is in base units */
	const char *help;       /* of the metric: one text for all of its labels */
	const char *note;       /* what this one counts, beside its key, where that is printed */

	/* How the value is read: by the function for the row's kind; without one, it is at an
	 * offset into the item: an unsigned number of `size` bytes, or for FIELD_TEXT an array
	 * of char, empty if there are no words. */
	size_t offset, size;
	union {
		uint64_t (*number)(const void *item);
		const char *(*text)(const void *item, char room[FIELD_TEXT_SIZE]);
		json_t *(*json)(const void *item);
	};

	/* The metric's value where it is not the row's in base units; NAN: there is no series. */
	double (*measure)(const void *item, const struct clock_moment *moment);

	/* Whether the item has this value; 0: every item has. Where it has not, the cell is
	 * "-", the key is null, and so is the whole object that the key is in. */
	bool (*present)(const void *item);

	/* The forms in which this is shown, as bits that the owner of the rows defines, and of
	 * which a caller passes some. 0: it is shown in all forms. */
	unsigned int in;

	/* Of a column that can be spared where a terminal is narrow, see columns_spare(). */
	unsigned int rank;
};

/* The value is a member of the items, which are structs of that type. */
#define FIELD_AT(type, member) \
	.offset = offsetof(type, member), .size = sizeof(((type *)0)->member)

#define fields_each(row, fields) \
	for (const struct field *row = (fields)->row; row->kind != FIELD_END; row++) \
		if (!row->in || row->in & (fields)->in)

/* Rows, ended by FIELD_END, in one of their forms, and when their items were read, which
 * only FIELD_AGO asks for. */
struct fields {
	const struct field *row;
	unsigned int in;
	const struct clock_moment *moment;
};

/* The value of a row that is no text and no JSON. */
uint64_t fields_number(const struct field *row, const void *item);

/* Whether the item has a row's value. */
bool fields_has(const struct field *row, const void *item);

/* The words of a FIELD_TEXT; 0: there are none. */
const char *fields_text(const struct field *row, const void *item, char room[FIELD_TEXT_SIZE]);

/* A column for each row that has a head; then a row of cells for an item. */
void fields_heads(const struct fields *fields, struct columns *columns);
void fields_cells(const struct fields *fields, const void *item, struct columns *columns);

/* Sets the keys of an object to an item's values. 0 or -ENOMEM, silent. */
int fields_set(const struct fields *fields, const void *item, json_t *object);

/* A new object with the keys of an item; 0 without memory. */
json_t *fields_object(const struct fields *fields, const void *item);

/* A line "TITLE  COUNT NAME: NOTE" for each row of the object, a key's first part, whose number is
 * not 0. */
void fields_print_counts(const struct fields *fields, const void *item, const char *object,
			 const char *title);

#endif
