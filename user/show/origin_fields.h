/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_fields.h - what readers show of an origin.
 */
#ifndef SHOW_ORIGIN_FIELDS_H
#define SHOW_ORIGIN_FIELDS_H

#include "show/fields.h"
#include "show/origin_item.h"

enum origin_fields_in {
	ORIGIN_FIELDS_LIST = 1 << 0,    /* `origin` */
	ORIGIN_FIELDS_FAILING = 1 << 1, /* `origin --failing` */
	ORIGIN_FIELDS_JSON = 1 << 2,
};

/* Of struct origin_item. */
extern const struct field origin_fields[];

#endif
