/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_ping.h - what `status` says of ping.
 */
#ifndef SHOW_STATUS_PING_H
#define SHOW_STATUS_PING_H

#include <jansson.h>

#include "view/view_ping.h"

void status_ping_print(const struct view_ping *view);
json_t *status_ping_json(const struct view_ping *view);

#endif
