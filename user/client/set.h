/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * set.h - the maps that answers are made of: opened together, closed apart.
 */
#ifndef CLIENT_SET_H
#define CLIENT_SET_H

#include <sys/stat.h>

#include "client.h"

/*
 * Opens all pins of the guard whose public_config was found. Errors are in the set,
 * which then has no pin: -ENOENT, -EACCES, -EPERM, -EPROTO, -EAGAIN where the pins were
 * replaced meanwhile, or mmap's errno.
 */
void set_open(struct ecdn_xdp_client *client, const char *via, const struct stat *found,
	      struct set *set);

/*
 * Opens those of a set's tables that are new by public_config, and the counts if they
 * could not be opened so far. 0, or the reason why a table stays the old one.
 */
int set_follow(struct ecdn_xdp_client *client, const char *via,
	       const struct ecdn_xdp_public_config *public, struct set *set);

/* Closes the pins that are open in set and not in other. */
void set_close(struct set *set, const struct set *other);

#endif
