/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_origins.h - the metrics of origins.
 */
#ifndef SHOW_METRICS_ORIGINS_H
#define SHOW_METRICS_ORIGINS_H

#include "show/metrics.h"

/* How many have series: by the names that the operator gave them, those that were seen first; and
 * of those without a name, by their addresses, the busiest ones. */
struct metrics_origins_bounds {
	unsigned int named, others;
};

/* Adds none where no observer is loaded. 0 or a negative errno, logged. */
int metrics_origins_add(struct metrics *metrics, const char *pin_dir,
			const struct metrics_origins_bounds *bounds);

#endif
