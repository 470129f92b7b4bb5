/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drift.h - how this host's addresses have changed since ping took note of them.
 */
#ifndef SHOW_DRIFT_H
#define SHOW_DRIFT_H

#include <jansson.h>

#include "view/view_ping.h"

/* Prints a line for addresses that were added, one for those that were removed, each with
 * what to do; nothing where there are none. */
void drift_print(const struct view_ping *view);

/* All of the addresses; null where ping is not attached in this network namespace. */
json_t *drift_json(const struct view_ping *view, const struct ping_addresses *addresses);

#endif
