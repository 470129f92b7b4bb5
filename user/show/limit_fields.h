/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limit_fields.h - what readers show of limits: a region's, or the default ones.
 */
#ifndef SHOW_LIMIT_FIELDS_H
#define SHOW_LIMIT_FIELDS_H

#include "ecdn-xdp-maps.h"
#include "show/fields.h"

struct limit_fields_item {
	const char *region;     /* its name */
	struct ecdn_xdp_limits limits;
	bool has_state;         /* false: these are the default limits */
	uint32_t state;         /* enum ecdn_xdp_state */
	uint64_t now_ns;
};

/* Of struct limit_fields_item. */
extern const struct field limit_fields[];

#endif
