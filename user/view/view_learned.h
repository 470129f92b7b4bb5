/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_learned.h - the regions whose limits are learned, as of one read.
 */
#ifndef VIEW_VIEW_LEARNED_H
#define VIEW_VIEW_LEARNED_H

#include <stdbool.h>

#include "base/clock.h"
#include "ecdn-xdp-maps.h"

struct view_learned_row {
	uint32_t id;
	char region[ECDN_XDP_NAME_SIZE];
	bool own;               /* the region says so itself, and not the default limits */
	struct ecdn_xdp_limits limits; /* in force */
	struct ecdn_xdp_learned learned; /* learned_ns is 0: nobody has written it yet */
};

struct view_learned {
	struct clock_moment moment;
	struct ecdn_xdp_limits defaults; /* the default limits; zeros for who may not read them */
	struct view_learned_row *at; /* by the regions' ids */
	unsigned int count;
};

/* 0 or a negative errno, logged: -ENOENT if the guard is not loaded. Of a guard that learns no
 * limits there are no regions. To be freed with view_learned_free(). */
int view_learned_read(struct view_learned *view, const char *pin_dir);
void view_learned_free(struct view_learned *view);

/* The row of the region of that id; NULL, silent, if its limits are not learned. */
const struct view_learned_row *view_learned_at(const struct view_learned *view, uint32_t id);

#endif
