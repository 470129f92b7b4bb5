// SPDX-License-Identifier: BSD-2-Clause
#include "regions/source_mmdb_cache.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_AT_FIRST 1024

/* Slot of the key, or the empty one where it belongs: at least half are. */
static struct record *find_slot(const struct record_cache *cache, uint32_t key)
{
	size_t i = key * 0x9e3779b97f4a7c15ULL >> 32 & (cache->slots - 1);

	while (cache->slot[i].key && cache->slot[i].key != key)
		i = (i + 1) & (cache->slots - 1);
	return &cache->slot[i];
}

uint32_t *record_cache_find(const struct record_cache *cache, uint32_t offset)
{
	struct record *slot;

	if (!cache->slots)
		return NULL;
	slot = find_slot(cache, offset + 1);
	return slot->key ? &slot->entry : NULL;
}

static int grow(struct record_cache *cache)
{
	struct record_cache grown = { .slots = cache->slots ? cache->slots * 2 : SLOTS_AT_FIRST };

	grown.slot = calloc(grown.slots, sizeof(*grown.slot));
	if (!grown.slot)
		return -1;
	for (size_t i = 0; i < cache->slots; i++)
		if (cache->slot[i].key)
			*find_slot(&grown, cache->slot[i].key) = cache->slot[i];
	grown.count = cache->count;
	free(cache->slot);
	*cache = grown;
	return 0;
}

uint32_t *record_cache_add(struct record_cache *cache, uint32_t offset, uint32_t entry)
{
	struct record *slot;

	if (2 * cache->count >= cache->slots && grow(cache))
		return NULL;
	slot = find_slot(cache, offset + 1);
	*slot = (struct record){ offset + 1, entry };
	cache->count++;
	return &slot->entry;
}

void record_cache_free(struct record_cache *cache)
{
	free(cache->slot);
	memset(cache, 0, sizeof(*cache));
}
