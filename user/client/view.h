/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view.h - the memory of views: which map is where, and how the next view comes into use.
 */
#ifndef CLIENT_VIEW_H
#define CLIENT_VIEW_H

#include "client.h"

/* Reserves the room of both views, which show nothing then. 0 or -ENOMEM. */
int view_reserve(struct ecdn_xdp_client *client);
void view_release(struct ecdn_xdp_client *client);

/*
 * Shows the set in the view that is not in use, makes that the one in use, and unmaps from
 * the other what is not in the set. 0, or a negative errno, and the view in use stays.
 */
int view_show(struct ecdn_xdp_client *client, const struct set *set);

/* Maps a part's pin anywhere, to see if that is possible. NULL with errno; the caller unmaps
 * pin->bytes. */
void *view_try(enum part part, const struct pin *pin);

#endif
