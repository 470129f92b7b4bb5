/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache.h - a set-associative cache that evicts what was used least recently, of the size that
 * this machine's has. It is filled by nothing but what it is shown.
 */
#ifndef BENCH_CACHE_H
#define BENCH_CACHE_H

#include <stdbool.h>
#include <stdint.h>

struct cache {
	unsigned int sets, ways;        /* sets 0: this machine does not tell */
	uintptr_t *line;                /* [sets][ways], the latest first */
};

/* size: _SC_LEVEL1_DCACHE_SIZE or the like. The size of lines and the ways follow it there. */
void cache_open(struct cache *cache, int size);
void cache_close(struct cache *cache);

/* True if the line (address / its size) is there; it is there afterwards. */
bool cache_hit(struct cache *cache, uintptr_t line);

#endif
