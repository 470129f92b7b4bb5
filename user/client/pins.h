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

/* A directory by either way. */
#define VIA_SIZE (PATH_MAX + 32)

/*
 * public_config's pin as it is now, and by which way: 0; -ENOENT where there is
 * none, -EACCES where this process may not look.
 */
int pins_find(const struct ecdn_xdp_client *client, struct stat *stat, char via[VIA_SIZE]);

/* Whether none but root has made the directory and those above: where anybody may make
 * one, it may not be the guard's. */
bool pins_are_roots(const struct ecdn_xdp_client *client);

/* Keeps the directory itself open, for later. */
void pins_keep_dir(struct ecdn_xdp_client *client);

/* An fd of the map pinned as via/name, or a negative errno. */
int pins_open(const char *via, const char *name);

#endif
