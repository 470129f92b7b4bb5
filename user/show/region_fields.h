/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * region_fields.h - what readers show of a region.
 */
#ifndef SHOW_REGION_FIELDS_H
#define SHOW_REGION_FIELDS_H

#include "show/fields.h"

enum region_fields_in {
	REGION_FIELDS_LIST = 1 << 0,    /* `region` */
	REGION_FIELDS_STATS = 1 << 1,   /* `stats`, with one of these: */
	REGION_FIELDS_JSON = 1 << 2,
	REGION_FIELDS_ENFORCE = 1 << 3, /* a table: drops */
	REGION_FIELDS_MONITOR = 1 << 4, /* a table: what would be dropped */
};

/* Of struct view_region. */
extern const struct field region_fields[];

#endif
