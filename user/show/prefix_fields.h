/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prefix_fields.h - what readers show of a heavy source prefix. There are too many of
 * them for metrics.
 */
#ifndef SHOW_PREFIX_FIELDS_H
#define SHOW_PREFIX_FIELDS_H

#include "show/fields.h"
#include "view/view_prefixes.h"

struct prefix_fields_item {
	const char *region;     /* its name */
	struct view_prefix prefix;
};

/* The forms of the rows. */
enum {
	PREFIX_FIELDS_TOTAL = 1 << 0,   /* a table of totals */
	PREFIX_FIELDS_JSON = 1 << 1,
	PREFIX_FIELDS_NOW = 1 << 2,     /* a table of what is now, with one of these: */
	PREFIX_FIELDS_ENFORCE = 1 << 3,
	PREFIX_FIELDS_MONITOR = 1 << 4,
};

/* Of struct prefix_fields_item. */
extern const struct field prefix_fields[];

#endif
