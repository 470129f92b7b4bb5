/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_fields.h - the counters of what guard and ping met besides their work: packets that
 * they did not fully understand, and what they had to give up.
 */
#ifndef SHOW_EVENT_FIELDS_H
#define SHOW_EVENT_FIELDS_H

#include "show/fields.h"

/* Of struct ecdn_xdp_events. */
extern const struct field event_fields_guard[];

/* Of struct ecdn_xdp_ping_events. */
extern const struct field event_fields_ping[];

#endif
