/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view.h - the memory of views: what is mapped where, and how the next view comes
 * into use.
 */
#ifndef CLIENT_VIEW_H
#define CLIENT_VIEW_H

#include "client.h"

/* Takes both views' places, showing nothing. 0 or -ENOMEM. */
int view_reserve(struct ecdn_xdp_client *client);
void view_release(struct ecdn_xdp_client *client);

/*
 * Shows the set in the view that is not in use, makes it the one in use, and lets
 * the other one go of what is not in the set. 0, or a negative errno with the view
 * in use what it was.
 */
int view_show(struct ecdn_xdp_client *client, const struct set *set);

/* Maps a part of a map's size anywhere, to see whether it can be. NULL with errno. */
void *view_try(enum part part, const struct pin *pin);

#endif
