/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_mmdb_cache.h - the entry that each data record of a MaxMind DB has become, by the
 * record's offset. Many networks share a record, and reading one takes long.
 */
#ifndef REGIONS_SOURCE_MMDB_CACHE_H
#define REGIONS_SOURCE_MMDB_CACHE_H

#include <stddef.h>
#include <stdint.h>

/* Starts as all zeros. */
struct source_mmdb_cache {
	struct source_mmdb_slot *slot;
	size_t slots, count;
};

/* The entry of a record, or NULL. Valid until the next one is added. */
const uint32_t *source_mmdb_cache_find(const struct source_mmdb_cache *cache, uint32_t offset);

/* Adds a record that is not in the cache yet. 0 or -ENOMEM. */
int source_mmdb_cache_add(struct source_mmdb_cache *cache, uint32_t offset, uint32_t entry);

void source_mmdb_cache_free(struct source_mmdb_cache *cache);

#endif
