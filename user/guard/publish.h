/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish.h - what proxies see of the guard: the pins that they open, and the program that
 * writes the frozen maps among these, which user space cannot. Errors are logged.
 */
#ifndef GUARD_PUBLISH_H
#define GUARD_PUBLISH_H

#include <stdint.h>
#include <sys/types.h>

#include "ecdn-xdp-maps.h"
#include "kernel/pins.h"

#define PUBLISH_PIN "prog/publish"

/* Loads the program with the maps that are pinned, and pins it in pins->next, with those of
 * its own maps that are new. A request_stats that a process has frozen is replaced, with a
 * warning. Returns its fd, which the caller closes. */
int publish_open(const struct pins *pins, uint32_t max_regions);

/* Freezes the new maps that proxies read, which are pinned in dir, before other users may open
 * them. */
int publish_freeze(const char *dir);

/* Each runs the program, which sets a region's limits and publishes its state by them;
 * publishes the configuration and the numbers of the tables; or that the maps are given up. */
int publish_limits(int program, uint32_t region, const struct ecdn_xdp_limits *limits);
int publish_config(int program);
int publish_gone(int program);

/* The last before the pins in dir are removed: tells proxies, which have the maps open and would
 * go on with the states as the last packet left them. */
int publish_retire(const char *dir);

#endif
