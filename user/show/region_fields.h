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
	REGION_FIELDS_ENFORCE = 1 << 3, /* a table of totals: drops */
	REGION_FIELDS_MONITOR = 1 << 4, /* a table of totals: what would be dropped */
	REGION_FIELDS_NOW = 1 << 5,     /* a table of what is now, with one of these: */
	REGION_FIELDS_NOW_ENFORCE = 1 << 6,
	REGION_FIELDS_NOW_MONITOR = 1 << 7,
	REGION_FIELDS_RANGES = 1 << 8,  /* `region`, where the table could be read */
};

/* Of struct view_region. */
extern const struct field region_fields[];

/* Why a region is in its state, like "pps 412k of 200k"; 0: it needs no reason. */
const char *region_fields_why(const void *item, char room[FIELD_TEXT_SIZE]);

#endif
