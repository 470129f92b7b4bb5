/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * set.h - the maps that answers are made of: opened together, closed apart.
 */
#ifndef CLIENT_SET_H
#define CLIENT_SET_H

#include <sys/stat.h>

#include "client.h"

/*
 * Opens all that is pinned, of public_config as it was found. Errors are in the
 * set, which then has no pin: -ENOENT, -EACCES, -EPERM, -EPROTO, -EAGAIN where the
 * pins were replaced meanwhile, or what mmap says.
 */
void set_open(struct ecdn_xdp_client *client, const char *via, const struct stat *found,
	      struct set *set);

/*
 * Opens what public_config says is new of a set's tables, and the counts if they
 * were not to be had. 0, or why something stays as it is.
 */
int set_follow(struct ecdn_xdp_client *client, const char *via,
	       const struct ecdn_xdp_public_config *public, struct set *set);

/* Closes what is open in set and not in other. */
void set_close(struct set *set, const struct set *other);

#endif
