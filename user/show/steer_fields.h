/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_fields.h - what readers show of a listener that connections are steered to.
 */
#ifndef SHOW_STEER_FIELDS_H
#define SHOW_STEER_FIELDS_H

#include "show/fields.h"

/* Of struct view_listener. */
extern const struct field steer_fields[];

#endif
