/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learned_json.h - what was learned of a region, as an object.
 */
#ifndef SHOW_LEARNED_JSON_H
#define SHOW_LEARNED_JSON_H

#include <jansson.h>

#include "view/view_regions.h"

/* Null of a region whose limits are not learned; 0 without memory. */
json_t *learned_json(const struct view_region *region, uint64_t now_ns);

#endif
