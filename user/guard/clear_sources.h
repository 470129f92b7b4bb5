/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clear_sources.h - what is kept of a region's sources: heavy prefixes and their buckets, and the
 * changes of its state that were recorded.
 */
#ifndef GUARD_CLEAR_SOURCES_H
#define GUARD_CLEAR_SOURCES_H

#include <stdint.h>

#include "kernel/pins.h"

/* Clears them. No table in use may have the region; other regions' packets may come meanwhile. 0 or
 * a negative errno, logged. */
int clear_sources(const struct pins *pins, uint32_t region);

#endif
