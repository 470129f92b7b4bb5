/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_run.h - the live table from its start to its end.
 */
#ifndef TOP_TOP_RUN_H
#define TOP_TOP_RUN_H

#include <stdint.h>

/* What the verb asks for. */
struct top_run_request {
	const char *pin_dir;
	uint64_t interval_ns;
	unsigned int sort;      /* index of a column */
	const char *filter;     /* part of a region's name; NULL: all regions */
};

/* On the terminal, until `q` or a signal. 0 or a negative errno, logged. */
int top_run(const struct top_run_request *request);

/* Prints that many frames to standard output. 0 or a negative errno, logged. */
int top_run_batch(const struct top_run_request *request, unsigned int count);

#endif
