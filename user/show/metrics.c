// SPDX-License-Identifier: BSD-2-Clause
#include "show/metrics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buffer.h"
#include "base/escape.h"
#include "base/log.h"

#define ROWS_KEPT 256           /* a power of two; some forty rows have a region's metrics */

struct family {
	const char *name, *help, *type;
	size_t length;          /* of the name */
	bool counter;
	struct buffer lines;    /* its series */
};

struct metrics {
	struct family *family;
	size_t count;
	size_t last;            /* the family that was added to last: the next one often follows */
	/* Where the families of rows are: a page has thousands of series of the same few rows. */
	struct {
		const struct field *row;
		size_t family;
	} kept[ROWS_KEPT];
	size_t series;
	bool failed;
};

struct metrics *metrics_new(void)
{
	return calloc(1, sizeof(struct metrics));
}

void metrics_free(struct metrics *metrics)
{
	for (size_t i = 0; metrics && i < metrics->count; i++)
		buffer_free(&metrics->family[i].lines);
	if (metrics)
		free(metrics->family);
	free(metrics);
}

void metrics_label(char labels[METRICS_LABELS_SIZE], const char *name, const char *value)
{
	char escaped[METRICS_LABELS_SIZE / 4];
	size_t used = strlen(labels);

	/* What a terminal must not get, Prometheus need not get either. */
	escape_text(value, escaped, sizeof(escaped));
	used += snprintf(labels + used, METRICS_LABELS_SIZE - used, "%s%s=\"", used ? "," : "",
			 name);
	for (const char *at = escaped; *at && used + 4 < METRICS_LABELS_SIZE; at++) {
		if (*at == '\\' || *at == '"')
			labels[used++] = '\\';
		labels[used++] = *at;
	}
	snprintf(labels + used, METRICS_LABELS_SIZE - used, "\"");
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), ending = strlen(end);

	return length >= ending && !strcmp(text + length - ending, end);
}

static bool is_counter(const struct field *row)
{
	return ends_with(row->metric, "_total");
}

static struct family *find(struct metrics *metrics, const char *name)
{
	for (size_t i = 0; i < metrics->count; i++) {
		size_t at = (metrics->last + i) % metrics->count;

		if (!strcmp(metrics->family[at].name, name)) {
			metrics->last = at;
			return &metrics->family[at];
		}
	}
	return NULL;
}

/* The family of that name, which is made if there is none; 0 without memory. */
static struct family *named(struct metrics *metrics, const char *name, const char *help)
{
	const struct family new = { .name = name, .help = help, .length = strlen(name),
				    .counter = ends_with(name, "_total"),
				    .type = ends_with(name, "_total") ? "counter" : "gauge" };
	struct family *family = find(metrics, name);

	if (family)
		return family;
	if (array_append(metrics->family, metrics->count, &new)) {
		metrics->failed = true;
		return NULL;
	}
	return &metrics->family[metrics->count - 1];
}

static struct family *family_of(struct metrics *metrics, const struct field *row)
{
	size_t at = (uintptr_t)row / sizeof(*row) % ROWS_KEPT;
	struct family *family;

	if (metrics->kept[at].row == row)
		return &metrics->family[metrics->kept[at].family];
	family = named(metrics, row->metric, row->help);
	if (family) {
		metrics->kept[at].row = row;
		metrics->kept[at].family = family - metrics->family;
	}
	return family;
}

static void add_number(struct buffer *to, double number)
{
	char text[32];

	if (isinf(number)) {
		buffer_text(to, number > 0 ? "+Inf" : "-Inf");
	} else if (number == floor(number) && number >= 0 && number < 1e15) {
		buffer_number(to, number);
	} else {
		snprintf(text, sizeof(text), "%.9g", number);
		buffer_text(to, text);
	}
}

/* In base units: seconds, bytes. */
static double value_of(const struct field *row, const void *item, const struct clock_moment *moment)
{
	uint64_t number = fields_number(row, item);

	switch (row->kind) {
	case FIELD_AGO:
	case FIELD_SINCE:
		return clock_epoch(moment, number);
	case FIELD_DURATION:
		return number / 1e9;
	case FIELD_LIMIT:
		if (!number)
			return INFINITY;
		break;
	default:
		break;
	}
	return row->unit && !strcmp(row->unit, "bits/s") ? number / 8.0 : number;
}

/* NAME{LABELS,OWN} and a blank; either may be empty or 0. */
static void begin(struct family *family, const char *end, const char *labels, const char *own)
{
	struct buffer *to = &family->lines;

	buffer_add(to, family->name, family->length);
	buffer_text(to, end);
	if (*labels || own) {
		buffer_char(to, '{');
		buffer_text(to, labels);
		if (*labels && own)
			buffer_char(to, ',');
		buffer_text(to, own ?: "");
		buffer_char(to, '}');
	}
	buffer_char(to, ' ');
}

static void series(struct metrics *metrics, const struct field *row, const char *labels,
		   const char *own, double value, uint64_t whole)
{
	struct family *family = family_of(metrics, row);

	if (!family)
		return;
	metrics->series++;
	begin(family, "", labels, own);
	if (family->counter)
		buffer_number(&family->lines, whole);
	else
		add_number(&family->lines, value);
	buffer_char(&family->lines, '\n');
}

/* A series for each of the words that the row may have. */
static void word_series(struct metrics *metrics, const struct field *row, const void *item,
			const char *labels)
{
	char room[FIELD_TEXT_SIZE], own[METRICS_LABELS_SIZE];
	const char *text = fields_text(row, item, room);

	for (const char *const *value = row->values; *value; value++) {
		own[0] = 0;
		metrics_label(own, row->label, *value);
		series(metrics, row, labels, own, text && !strcmp(text, *value), 0);
	}
}

static void add(struct metrics *metrics, const struct field *row, const void *item,
		const struct clock_moment *moment, const char *labels)
{
	double value;

	if (row->values) {
		word_series(metrics, row, item, labels);
		return;
	}
	value = row->measure ? row->measure(item, moment) : value_of(row, item, moment);
	if (!isnan(value))
		series(metrics, row, labels, row->label, value,
		       is_counter(row) ? fields_number(row, item) : 0);
}

void metrics_add(struct metrics *metrics, const struct fields *fields, const void *item,
		 const char *labels)
{
	for (const struct field *row = fields->row; row->kind != FIELD_END; row++)
		if (metrics && row->metric && fields_has(row, item))
			add(metrics, row, item, fields->moment, labels);
}

void metrics_add_counters(struct metrics *metrics, const struct fields *fields, const void *item,
			  const char *labels)
{
	for (const struct field *row = fields->row; row->kind != FIELD_END; row++)
		if (metrics && row->metric && is_counter(row) && fields_has(row, item))
			add(metrics, row, item, fields->moment, labels);
}

static void add_whole(struct family *family, const char *end, const char *own, uint64_t whole)
{
	begin(family, end, "", own);
	buffer_number(&family->lines, whole);
	buffer_char(&family->lines, '\n');
}

void metrics_add_histogram(struct metrics *metrics, const struct metrics_histogram *histogram)
{
	struct family *family = metrics ? named(metrics, histogram->metric, histogram->help) : NULL;
	uint64_t count = 0;
	char own[32];

	if (!family)
		return;
	family->type = "histogram";
	metrics->series += histogram->buckets + 2;
	for (unsigned int i = 0; i < histogram->buckets; i++) {
		bool last = i == histogram->buckets - 1;

		count += histogram->count[i];
		snprintf(own, sizeof(own), last ? "le=\"+Inf\"" : "le=\"%.9g\"",
			 histogram->most[i]);
		add_whole(family, "_bucket", own, count);
	}
	begin(family, "_sum", "", NULL);
	add_number(&family->lines, histogram->sum);
	buffer_char(&family->lines, '\n');
	add_whole(family, "_count", NULL, count);
}

size_t metrics_series(const struct metrics *metrics)
{
	return metrics ? metrics->series : 0;
}

int metrics_print(const struct metrics *metrics, FILE *to)
{
	bool failed = !metrics || metrics->failed;

	for (size_t i = 0; !failed && i < metrics->count; i++)
		failed = metrics->family[i].lines.failed;
	if (failed)
		return log_error(-ENOMEM, "out of memory for the metrics");
	for (size_t i = 0; i < metrics->count; i++) {
		const struct family *family = &metrics->family[i];

		fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help,
			family->name, family->type);
		fwrite(family->lines.at, 1, family->lines.size, to);
	}
	return 0;
}
