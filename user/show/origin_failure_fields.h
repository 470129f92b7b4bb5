/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_failure_fields.h - what readers show of a failure that the origin observer keeps, and of
 * the observer itself.
 */
#ifndef SHOW_ORIGIN_FAILURE_FIELDS_H
#define SHOW_ORIGIN_FAILURE_FIELDS_H

#include "show/fields.h"
#include "view/view_origins.h"

struct origin_failure_fields_item {
	struct ecdn_xdp_origin_failure failure;
	char name[ECDN_XDP_ORIGIN_NAME_SIZE]; /* that the operator gave its origin; empty: none */
};

/* Of struct origin_failure_fields_item. */
extern const struct field origin_failure_fields[];

/* Of struct view_origins. */
extern const struct field origin_failure_fields_head[];

#endif
