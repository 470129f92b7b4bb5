/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats_metrics.h - `stats --metrics`: what the maps hold, as Prometheus reads it.
 */
#ifndef CLI_STATS_METRICS_H
#define CLI_STATS_METRICS_H

/* Prints all metrics, or replaces a file by them in one step if a path is given, as the textfile
 * collector of node_exporter needs it. Without pins there are those that say so. 0 or a negative
 * errno, logged. */
int stats_metrics(const char *pin_dir, const char *path);

#endif
