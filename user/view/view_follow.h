/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_follow.h - a reader of events that goes on when what is loaded has been unloaded, loaded
 * again or replaced: a new one follows the one before.
 */
#ifndef VIEW_VIEW_FOLLOW_H
#define VIEW_VIEW_FOLLOW_H

#include "view/view_events.h"

/* Closes the maps, and keeps what is needed to follow. view_events_close() comes later. */
void view_follow_retire(struct view_events *events);

/* Has a reader that was opened just now go on where a retired one of the same directory has ended:
 * what that one has read, and is there still, is not read again. 0 or a negative errno, logged. */
int view_follow(struct view_events *events, struct view_events *retired);

#endif
