/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats_origins.h - the metrics of origins.
 */
#ifndef CLI_STATS_ORIGINS_H
#define CLI_STATS_ORIGINS_H

#include "show/metrics.h"

/* Adds none where no observer is loaded. 0 or a negative errno, logged. */
int stats_origins_add(struct metrics *metrics, const char *pin_dir);

#endif
