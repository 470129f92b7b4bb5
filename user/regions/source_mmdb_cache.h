/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_mmdb_cache.h - what a data record of an MMDB came to, by its offset:
 * many networks share a record, and reading one is dear.
 */
#ifndef REGIONS_SOURCE_MMDB_CACHE_H
#define REGIONS_SOURCE_MMDB_CACHE_H

#include <stddef.h>
#include <stdint.h>

struct record {
	uint32_t key;           /* offset + 1; 0: empty */
	uint32_t entry;
};

/* Starts as all zeros. */
struct record_cache {
	struct record *slot;
	size_t slots, count;
};

/* Entry of a record, or NULL. Valid until the next one is added. */
uint32_t *record_cache_find(const struct record_cache *cache, uint32_t offset);

/* Adds one that is not there yet. NULL when out of memory. */
uint32_t *record_cache_add(struct record_cache *cache, uint32_t offset, uint32_t entry);

void record_cache_free(struct record_cache *cache);

#endif
