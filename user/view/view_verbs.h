/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_verbs.h - the last commands that changed something, as of one read of the map `verbs`.
 */
#ifndef VIEW_VIEW_VERBS_H
#define VIEW_VIEW_VERBS_H

#include "ecdn-xdp-maps.h"
#include "base/clock.h"

struct view_verbs {
	struct clock_moment moment; /* of reading: clock_epoch() makes times of day by it */
	struct ecdn_xdp_verb *at; /* sorted by number, the oldest first; texts end with NUL */
	unsigned int count;
};

/* 0 or a negative errno, logged. No entries if no command has left one. To be freed with
 * view_verbs_free(). */
int view_verbs_read(struct view_verbs *view, const char *pin_dir);
void view_verbs_free(struct view_verbs *view);

#endif
