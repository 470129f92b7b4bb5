// SPDX-License-Identifier: BSD-2-Clause
#include "cache.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* glibc numbers them in the order size, ways, line. */
#define WAYS 1
#define LINE_SIZE 2

void cache_open(struct cache *cache, int size)
{
	long bytes = sysconf(size), ways = sysconf(size + WAYS), line = sysconf(size + LINE_SIZE);

	memset(cache, 0, sizeof(*cache));
	if (bytes <= 0 || ways <= 0 || line <= 0)
		return;
	cache->ways = ways;
	cache->sets = bytes / line / ways;
	cache->line = calloc(cache->sets, ways * sizeof(*cache->line));
	need(cache->line, "allocate memory");
}

void cache_close(struct cache *cache)
{
	free(cache->line);
}

bool cache_hit(struct cache *cache, uintptr_t line)
{
	uintptr_t *way = cache->line + (line % cache->sets) * cache->ways;
	unsigned int at = 0;

	while (at < cache->ways - 1 && way[at] != line)
		at++;
	if (way[at] == line) {
		memmove(way + 1, way, at * sizeof(*way));
		way[0] = line;
		return true;
	}
	memmove(way + 1, way, (cache->ways - 1) * sizeof(*way));
	way[0] = line;
	return false;
}
