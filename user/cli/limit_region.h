/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limit_region.h - `limit REGION`: the limits of one region, where each comes from, and the state
 * that the region is in.
 */
#ifndef CLI_LIMIT_REGION_H
#define CLI_LIMIT_REGION_H

#include <stdbool.h>

/* 0 or a negative errno, logged: -ENOENT if there is no such region. */
int limit_region(const char *pin_dir, const char *region, bool json);

#endif
