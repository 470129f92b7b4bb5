/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pins.h - where the pins are found, and how they are opened: by path, or through
 * the directory that was open before privileges were dropped, which needs no
 * search permission on the directories above.
 */
#ifndef CLIENT_PINS_H
#define CLIENT_PINS_H

#include <sys/stat.h>

#include "client.h"

/* Room for the path of the directory by either way. */
#define VIA_SIZE (PATH_MAX + 32)

/* The pins by which the guard's and the observer's are found. */
#define PINS_GUARD "public_config"
#define PINS_OBSERVER "origin_keys"

/*
 * Finds a pin as it is now, and the path `via` which it was found: 0; -ENOENT where there is
 * none, -EACCES where this process may not look.
 */
int pins_find(const struct ecdn_xdp_client *client, const char *name, struct stat *stat,
	      char via[VIA_SIZE]);

/* True if root has made the directory and those above it: where others may make one, it may
 * not be the guard's. */
bool pins_are_roots(const struct ecdn_xdp_client *client);

/* Keeps the directory open, to find the pins through it once its path is out of reach. */
void pins_keep_dir(struct ecdn_xdp_client *client);

/* An fd of the map pinned as via/name, or a negative errno. */
int pins_open(const char *via, const char *name);

/* How many entries an array has whose values have that size; -EPROTO if the map is another, or
 * another negative errno. */
int pins_rows(int fd, size_t size);

#endif
