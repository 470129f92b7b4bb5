/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * region_sources.h - the region files that a table is made of, and what is to be made of them.
 */
#ifndef REGIONS_REGION_SOURCES_H
#define REGIONS_REGION_SOURCES_H

#include <stdint.h>

#include "ecdn-xdp-table.h"

/* The region files of one table; each overrides those before it. The texts are the caller's. */
struct region_sources {
	const char *file[ECDN_XDP_TABLE_SOURCES];
	unsigned int count;
	const char *mmdb_field; /* path of the region's name in an MMDB's records; NULL: the
				   default */
	uint32_t keep_largest;  /* so many regions keep their names ... */
	const char *keep;       /* ... and these do, NAME[,NAME]...; 0 and NULL: all do */
	const char *rest;       /* the name that all others get; NULL: REGION_SOURCES_REST */
};

#define REGION_SOURCES_REST "other"

#endif
