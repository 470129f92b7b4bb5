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

/*
 * Finds the pin public_config as it is now, and the path `via` which it was found: 0;
 * -ENOENT where there is none, -EACCES where this process may not look.
 */
int pins_find(const struct ecdn_xdp_client *client, struct stat *stat, char via[VIA_SIZE]);

/* True if root has made the directory and those above it: where others may make one, it may
 * not be the guard's. */
bool pins_are_roots(const struct ecdn_xdp_client *client);

/* Keeps the directory open, to find the pins through it once its path is out of reach. */
void pins_keep_dir(struct ecdn_xdp_client *client);

/* An fd of the map pinned as via/name, or a negative errno. */
int pins_open(const char *via, const char *name);

/* How many lines a table's map has, ECDN_XDP_TABLE_LINES_MAX at most; -EPROTO if it is no table,
 * or another negative errno. */
int pins_lines(int fd);

#endif
