/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layer_fields.h - what readers show of a block or an exemption.
 */
#ifndef SHOW_LAYER_FIELDS_H
#define SHOW_LAYER_FIELDS_H

#include "show/fields.h"
#include "view/view_layers.h"

struct layer_fields_item {
	struct view_layer layer;
	struct clock_moment moment; /* of the view */
};

/* Of struct layer_fields_item. */
extern const struct field layer_fields[];

#endif
