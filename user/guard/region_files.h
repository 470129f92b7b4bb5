/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * region_files.h - which region files the table in use was read from, and how: pinned, so that
 * they can be read again. Each table has a map of its own, so that one store of the pin says all.
 * Errors are logged.
 */
#ifndef GUARD_REGION_FILES_H
#define GUARD_REGION_FILES_H

#include "ecdn-xdp-maps.h"
#include "kernel/pins.h"
#include "regions/region_sources.h"

/* The files of a table, with room for the texts that `sources` points to. */
struct region_files {
	struct region_sources sources;
	uint64_t generation;    /* of the table */
	struct ecdn_xdp_source text[ECDN_XDP_SOURCE_MAX];
};

/* Makes a map of the sources of a table, whose paths become absolute. Links in them are followed
 * when they are read again. Returns its fd, which the caller closes. */
int region_files_make(const struct region_sources *sources, uint64_t generation);

/* Pins the map in dir, in the place of that of the table before. */
int region_files_put(const char *dir, int map);

/* Reads what is pinned in dir, and checks that all are files that can be read again: no pipes.
 * *files stays where it is while its sources are used. */
int region_files_read(struct region_files *files, const char *dir);

#endif
