/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unknown.h - addresses of this host that ping does not know.
 */
#ifndef CLI_UNKNOWN_H
#define CLI_UNKNOWN_H

#include <jansson.h>

#include "plane/ping_view.h"

/* A line that tells which, and what to do; nothing if there is none. */
void unknown_print(const struct ping_view *view);

/* All of them; null where ping is not. */
json_t *unknown_json(const struct ping_view *view);

#endif
