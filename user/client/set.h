/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * set.h - the maps that answers are made of: opened together, closed apart.
 */
#ifndef CLIENT_SET_H
#define CLIENT_SET_H

#include <sys/stat.h>

#include "client.h"

/*
 * Opens all pins of the guard whose public_config was found; the observer's are those that are
 * shown. Errors are in the set, which then has no pin of the guard: -ENOENT, -EACCES, -EPERM,
 * -EPROTO, -EAGAIN where the pins were replaced meanwhile, or mmap's errno.
 */
void set_open(struct ecdn_xdp_client *client, const char *via, const struct stat *found,
	      struct set *set);

/*
 * Opens those of a set's tables that are new by public_config, and the counts if they
 * could not be opened so far. 0, or the reason why a table stays the old one.
 */
int set_follow(struct ecdn_xdp_client *client, const char *via,
	       const struct ecdn_xdp_public_config *public, struct set *set);

/* Makes *set that which is shown, but for the guard, of which it has nothing for that reason. */
void set_without_guard(const struct ecdn_xdp_client *client, int error, struct set *set);

/* Opens the observer's pins in a set that is the one shown otherwise, if they are others than it
 * has, and drops those that are no longer there. The error is in the set. */
void set_follow_observer(struct ecdn_xdp_client *client, struct set *set);

/* Closes the pins that are open in set and not in other. */
void set_close(struct set *set, const struct set *other);

#endif
