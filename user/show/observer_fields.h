/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observer_fields.h - how the origin observer is set up, and what it gave up.
 */
#ifndef SHOW_OBSERVER_FIELDS_H
#define SHOW_OBSERVER_FIELDS_H

#include "show/fields.h"
#include "view/view_observer.h"

/* Prints lines of `status`. */
void observer_fields_print(const struct view_observer *origin);

/* The object of `status --json`; null if the observer is not loaded. NULL: out of memory. */
json_t *observer_fields_object(const struct view_observer *origin);

#endif
