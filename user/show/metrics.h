/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics.h - metrics as Prometheus reads them, text format 0.0.4, out of the rows of fields.h:
 * series are collected by family and printed with each family's help and type. A metric whose
 * name ends with "_total" is a counter, any other one a gauge. When memory runs out,
 * metrics_print() reports it; until then everything may be called.
 */
#ifndef SHOW_METRICS_H
#define SHOW_METRICS_H

#include <stdio.h>

#include "show/fields.h"

struct metrics;

/* May return 0, which all of these take. */
struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

/* Room for the labels of a series. */
#define METRICS_LABELS_SIZE 512

/* Appends NAME="VALUE" to labels, which begin empty; the value may be of any bytes. */
void metrics_label(char labels[METRICS_LABELS_SIZE], const char *name, const char *value);

/* Adds the series of an item, with these labels before the rows' own: of all rows that have a
 * metric, in whatever form they are shown; the second form of those that are counters. */
void metrics_add(struct metrics *metrics, const struct fields *fields, const void *item,
		 const char *labels);
void metrics_add_counters(struct metrics *metrics, const struct fields *fields, const void *item,
			  const char *labels);

/* How often something took how long. */
struct metrics_histogram {
	const char *metric, *help; /* the name without _bucket, _sum and _count */
	unsigned int buckets;
	const double *most;     /* of each but the last, which has all that are longer */
	const uint64_t *count;  /* of each alone */
	double sum;
};

/* Adds a family of its own. */
void metrics_add_histogram(struct metrics *metrics, const struct metrics_histogram *histogram);

/* How many there are. */
size_t metrics_series(const struct metrics *metrics);

/* 0; -ENOMEM, logged, with nothing printed. */
int metrics_print(const struct metrics *metrics, FILE *to);

#endif
