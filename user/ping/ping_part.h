/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_part.h - ping as a part: the program at TC ingress.
 */
#ifndef PING_PING_PART_H
#define PING_PING_PART_H

#include <stdbool.h>

#include "kernel/part.h"
#include "ping/ping_request.h"

extern const struct part ping_part;

/* Whether ping is pinned for any interface. */
bool ping_part_is_attached(const char *dir);

#endif
