/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * region_brief_fields.h - the few metrics of a region where there is no room for all of them.
 * Families are those of region_fields.h and limit_fields.h; drops have no reason here, and the load
 * is that of the measure that is nearest to its limit.
 */
#ifndef SHOW_REGION_BRIEF_FIELDS_H
#define SHOW_REGION_BRIEF_FIELDS_H

#include "show/fields.h"

/* Of struct view_region. */
extern const struct field region_brief_fields[];

#endif
