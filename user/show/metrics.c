// SPDX-License-Identifier: BSD-2-Clause
#include "show/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/escape.h"
#include "base/log.h"

struct family {
	const char *name, *help;
	char *text;             /* its series, in lines */
	size_t size;
	FILE *lines;
};

/* A family stays where it is, as its stream keeps the address of its text. */
struct metrics {
	struct family **family;
	size_t count;
	size_t last;            /* the family that was added to last: the next one often follows */
	bool failed;
};

struct metrics *metrics_new(void)
{
	return calloc(1, sizeof(struct metrics));
}

static void free_family(struct family *family)
{
	if (family && family->lines)
		fclose(family->lines);
	if (family)
		free(family->text);
	free(family);
}

void metrics_free(struct metrics *metrics)
{
	for (size_t i = 0; metrics && i < metrics->count; i++)
		free_family(metrics->family[i]);
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

		if (!strcmp(metrics->family[at]->name, name)) {
			metrics->last = at;
			return metrics->family[at];
		}
	}
	return NULL;
}

static struct family *new_family(const struct field *row)
{
	struct family *family = calloc(1, sizeof(*family));

	if (!family)
		return NULL;
	family->name = row->metric;
	family->help = row->help;
	family->lines = open_memstream(&family->text, &family->size);
	return family;
}

/* Where the series of a row go; 0 without memory. */
static FILE *lines_of(struct metrics *metrics, const struct field *row)
{
	struct family *family = find(metrics, row->metric);

	if (family)
		return family->lines;
	family = new_family(row);
	if (!family || !family->lines || array_append(metrics->family, metrics->count, &family)) {
		free_family(family);
		return NULL;
	}
	return family->lines;
}

static void print_number(FILE *to, double number)
{
	if (isinf(number))
		fputs(number > 0 ? "+Inf" : "-Inf", to);
	else if (number == floor(number) && fabs(number) < 1e15)
		fprintf(to, "%.0f", number);
	else
		fprintf(to, "%.9g", number);
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

static void series(struct metrics *metrics, const struct field *row, const char *labels,
		   const char *own, double value, uint64_t whole)
{
	FILE *to = lines_of(metrics, row);
	bool both = *labels && own;

	if (!to) {
		metrics->failed = true;
		return;
	}
	fputs(row->metric, to);
	if (*labels || own)
		fprintf(to, "{%s%s%s}", labels, both ? "," : "", own ?: "");
	fputc(' ', to);
	if (is_counter(row))
		fprintf(to, "%" PRIu64, whole);
	else
		print_number(to, value);
	fputc('\n', to);
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

int metrics_print(const struct metrics *metrics, FILE *to)
{
	bool failed = !metrics || metrics->failed;

	for (size_t i = 0; !failed && i < metrics->count; i++)
		failed = fflush(metrics->family[i]->lines);
	if (failed)
		return log_error(-ENOMEM, "out of memory for the metrics");
	for (size_t i = 0; i < metrics->count; i++) {
		const struct family *family = metrics->family[i];

		fprintf(to, "# HELP %s %s\n# TYPE %s %s\n%s", family->name, family->help,
			family->name, ends_with(family->name, "_total") ? "counter" : "gauge",
			family->text);
	}
	return 0;
}
