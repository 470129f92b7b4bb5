/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish.h - what proxies see of the guard: the pins that are theirs to open, and
 * the program that brings frozen maps up to date, as nobody else can.
 */
#ifndef GUARD_PUBLISH_H
#define GUARD_PUBLISH_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Loads the program on the maps pinned in map_dir, where its own are pinned too if
 * they are new, and pins it in dir. Returns its fd, to be closed by the caller;
 * errors are said.
 */
int publish_open(const char *map_dir, const char *dir, uint32_t max_regions);

/* Freezes new maps that proxies read, and lets everybody open them. Errors are said. */
int publish_permit(const char *dir);

/* Lets a group write request_stats. Errors are said. */
int publish_group(const char *dir, gid_t group);

/* Each runs the program: a region's state as its limits now say; public_config as the
 * configuration and the tables now say; or that the maps are given up. Errors are said. */
int publish_region(int program, uint32_t region);
int publish_config(int program);
int publish_gone(int program);

#endif
