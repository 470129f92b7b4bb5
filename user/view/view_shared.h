/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_shared.h - what a process in the group of --stats-group may know of how the guard is set
 * up: much less than view_status.h, whose links and settings are root's to open.
 */
#ifndef VIEW_VIEW_SHARED_H
#define VIEW_VIEW_SHARED_H

#include "view/view_observer.h"
#include "view/view_regions.h"

struct view_shared {
	struct view_regions regions;
	struct view_observer origin;
	char **interfaces;      /* names of those that have the guard; whether it is still
				   attached to them cannot be told */
	unsigned int interface_count;
};

/* 0 or a negative errno, logged. To be freed with view_shared_free(). */
int view_shared_read(struct view_shared *view, const char *pin_dir);
void view_shared_free(struct view_shared *view);

#endif
