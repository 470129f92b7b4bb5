/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drift.h - how this host's addresses have changed since ping was told of them.
 */
#ifndef SHOW_DRIFT_H
#define SHOW_DRIFT_H

#include <jansson.h>

#include "view/view_ping.h"

/* A line for those that came and one for those that went, and what to do; nothing if
 * there are none. */
void drift_print(const struct view_ping *view);

/* All of them; null where ping is not. */
json_t *drift_json(const struct view_ping *view, const struct addresses *addresses);

#endif
