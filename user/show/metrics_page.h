/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics_page.h - the metrics of all but regions and origins, each group by one read. Functions
 * return 0 or a negative errno, logged.
 */
#ifndef SHOW_METRICS_PAGE_H
#define SHOW_METRICS_PAGE_H

#include "show/metrics.h"
#include "show/status_fields.h"

/* Nodes that have series of their own, by name, unless something else is asked for. */
#define METRICS_PAGE_NODES 200

/* What was read of the guard and of ping: table, interfaces, events. */
void metrics_page_status(struct metrics *metrics, const struct status_fields_item *status);

/* Listeners for 513; there must be a guard. */
int metrics_page_steer(struct metrics *metrics, const char *pin_dir);

/* Nodes by name, `most` of them, and how many there are. */
int metrics_page_nodes(struct metrics *metrics, const char *pin_dir, unsigned int most);

int metrics_page_allowed(struct metrics *metrics, const char *pin_dir);

/* What these two add where nothing is on the list. */
void metrics_page_no_nodes(struct metrics *metrics);
void metrics_page_no_allowed(struct metrics *metrics);

#endif
