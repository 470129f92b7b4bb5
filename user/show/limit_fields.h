/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limit_fields.h - what readers show of limits: a region's, or the default ones.
 */
#ifndef SHOW_LIMIT_FIELDS_H
#define SHOW_LIMIT_FIELDS_H

#include "ecdn-xdp-maps.h"
#include "show/fields.h"
#include "view/view_regions.h"

struct limit_fields_item {
	const char *region;     /* its name */
	struct ecdn_xdp_limits limits;
	bool has_state;         /* false: these are the default limits */
	uint32_t state;         /* enum ecdn_xdp_state */
	uint64_t now_ns;
	const struct view_region *learner; /* which may learn them; 0: of the default limits */
};

/* A region's; the view is to outlive the item. */
struct limit_fields_item limit_fields_item(const struct view_regions *view,
					   const struct view_region *region);

/* Of struct limit_fields_item: a region's own limits have a "*" behind them, those that were
 * learned a "~". */
extern const struct field limit_fields[];

/* One limit of a region, and where it comes from. */
struct limit_fields_origin {
	const char *name;       /* as the option of `limit set` */
	uint32_t bit;           /* enum ecdn_xdp_own */
	const char *follows;    /* what it follows where nobody has set it; 0: a default */
	const char *(*cell)(const void *item, char room[FIELD_TEXT_SIZE]);
	struct limit_fields_item limit; /* of the region */
	uint32_t default_own;   /* what the default limits have set, enum ecdn_xdp_own */
};

/* Of struct limit_fields_origin. */
extern const struct field limit_fields_origins[];

/* Makes it one of the limits, by index from 0; `limit` and `default_own` stay. False if there are
 * no more. */
bool limit_fields_origin(struct limit_fields_origin *origin, unsigned int index);

#endif
