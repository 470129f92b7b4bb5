/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish.h - what proxies see of the guard: the pins that they open, and the program that
 * brings frozen maps up to date, which nobody else can. Errors are logged.
 */
#ifndef GUARD_PUBLISH_H
#define GUARD_PUBLISH_H

#include <stdint.h>
#include <sys/types.h>

#include "kernel/pins.h"

#define PUBLISH_PIN "prog/publish"

/* Loads the program on the maps that are pinned, and pins it with its own maps, where these
 * are new, in pins->next. Returns its fd, which the caller closes. */
int publish_open(const struct pins *pins, uint32_t max_regions);

/* Freezes new maps that proxies read, which are pinned in dir, and lets everybody open
 * them. */
int publish_permit(const char *dir);

/* Lets a group write request_stats. */
int publish_group(const char *dir, gid_t group);

/* Each runs the program: it publishes a region's state as its limits now say; the
 * configuration and the tables; or that the maps are given up. */
int publish_region(int program, uint32_t region);
int publish_config(int program);
int publish_gone(int program);

#endif
