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

/* Of struct prefix_fields_item. */
/* The forms of the rows. */
enum {
	PREFIX_FIELDS_TEXT = 1 << 0,
	PREFIX_FIELDS_JSON = 1 << 1,
};

extern const struct field prefix_fields[];

#endif
