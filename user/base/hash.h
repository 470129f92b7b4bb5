/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hash.h - hashes with a secret seed, so that who writes what is hashed, as a header or a path,
 * can choose neither a place of a table nor a sample.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/address.h"

/* The finalizer of SplitMix64 (Steele, Lea and Flood, 2014). */
static inline uint64_t hash_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static inline uint64_t hash_address(uint64_t seed, const struct address *address)
{
	uint64_t high = address->bits >> 64, low = (uint64_t)address->bits;

	return hash_mix(hash_mix(high + seed) ^ low ^ (uint64_t)address->family << 56);
}

static inline uint64_t hash_bytes(uint64_t seed, const char *bytes, size_t size)
{
	uint64_t hash = seed + size;

	for (; size >= 8; bytes += 8, size -= 8) {
		uint64_t word;

		memcpy(&word, bytes, 8);
		hash = hash_mix(hash ^ word);
	}
	if (size) {
		uint64_t word = 0;

		memcpy(&word, bytes, size);
		hash = hash_mix(hash ^ word);
	}
	return hash;
}

#endif
