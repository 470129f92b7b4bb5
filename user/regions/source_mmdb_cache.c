// SPDX-License-Identifier: BSD-2-Clause
#include "regions/source_mmdb_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_AT_FIRST 1024

struct source_mmdb_slot {
	uint32_t key;           /* the record's offset + 1; 0: empty */
	uint32_t entry;
};

/* The slot of a key, or the empty one where the key belongs. At least half of the slots are
 * empty, so that there always is one. */
static struct source_mmdb_slot *find_slot(const struct source_mmdb_cache *cache, uint32_t key)
{
	size_t i = key * 0x9e3779b97f4a7c15ULL >> 32 & (cache->slots - 1);

	while (cache->slot[i].key && cache->slot[i].key != key)
		i = (i + 1) & (cache->slots - 1);
	return &cache->slot[i];
}

const uint32_t *source_mmdb_cache_find(const struct source_mmdb_cache *cache, uint32_t offset)
{
	const struct source_mmdb_slot *slot;

	if (!cache->slots)
		return NULL;
	slot = find_slot(cache, offset + 1);
	return slot->key ? &slot->entry : NULL;
}

static int grow(struct source_mmdb_cache *cache)
{
	struct source_mmdb_cache grown = {
		.slots = cache->slots ? cache->slots * 2 : SLOTS_AT_FIRST,
		.count = cache->count,
	};

	grown.slot = calloc(grown.slots, sizeof(*grown.slot));
	if (!grown.slot)
		return -ENOMEM;
	for (size_t i = 0; i < cache->slots; i++)
		if (cache->slot[i].key)
			*find_slot(&grown, cache->slot[i].key) = cache->slot[i];
	free(cache->slot);
	*cache = grown;
	return 0;
}

int source_mmdb_cache_add(struct source_mmdb_cache *cache, uint32_t offset, uint32_t entry)
{
	if (2 * cache->count >= cache->slots && grow(cache))
		return -ENOMEM;
	*find_slot(cache, offset + 1) = (struct source_mmdb_slot){ offset + 1, entry };
	cache->count++;
	return 0;
}

void source_mmdb_cache_free(struct source_mmdb_cache *cache)
{
	free(cache->slot);
	memset(cache, 0, sizeof(*cache));
}
