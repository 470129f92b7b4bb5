/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * ecdn-xdp-origin-rows.h - how those who count what proxies say find the row of an origin, and
 * where they add to it. libecdn-xdp and the command line both do by what stands here.
 *
 * A reader has origin_keys mapped and remembers in which row it found an origin. It asks the map
 * each time whether the row still is that origin's, as another may have taken it; only then, and
 * when it has not met the origin before, it reads all rows. That an origin has none it believes
 * for a second, as the next connection to it may make one.
 */
#ifndef ECDN_XDP_ORIGIN_ROWS_H
#define ECDN_XDP_ORIGIN_ROWS_H

#include <string.h>

#include "ecdn-xdp-origin.h"

#define ECDN_XDP_ORIGIN_SETS 1024      /* a power of 2 */
#define ECDN_XDP_ORIGIN_WAYS 4
#define ECDN_XDP_ORIGIN_TICK 20        /* 2^20 ns: 1 ms */
#define ECDN_XDP_ORIGIN_BELIEVED 1000  /* ticks for which an origin is believed to have no row */

/*
 * The rows that were found, zeros at the beginning: any number of threads may use one. A way is a
 * word, so that nobody sees half of it: the tick in which it was written (32 bits), 20 bits of the
 * origin's hash that did not choose the set, and the row (12 bits), 0: it has none.
 */
struct ecdn_xdp_origin_rows {
	__u64 way[ECDN_XDP_ORIGIN_SETS][ECDN_XDP_ORIGIN_WAYS];
};

_Static_assert(ECDN_XDP_ORIGINS == 1 << 12, "a way has 12 bits for a row");

/* An origin of loopback is none, as the observer watches no connection to one. */
static inline int ecdn_xdp_origin_loopback(const struct ecdn_xdp_origin_key *key)
{
	static const __u8 v6[16] = { [15] = 1 };

	return key->family == 4 ? key->addr[0] == 127 : !memcmp(key->addr, v6, sizeof(v6));
}

static inline int ecdn_xdp_origin_same(const struct ecdn_xdp_origin_key *a,
				       const struct ecdn_xdp_origin_key *b)
{
	__u64 of_a[2], of_b[2];

	memcpy(of_a, a->addr, sizeof(of_a));
	memcpy(of_b, b->addr, sizeof(of_b));
	return of_a[0] == of_b[0] && of_a[1] == of_b[1] && a->port == b->port &&
	       a->family == b->family;
}

/* The finalizer of MurmurHash3, by Austin Appleby, over the words of the key. Who can choose
 * addresses that meet in one set makes origins be looked for, and no more. */
static inline __u64 ecdn_xdp_origin_mix(__u64 hash)
{
	hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdULL;
	hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ULL;
	return hash ^ (hash >> 33);
}

static inline __u64 ecdn_xdp_origin_hash(const struct ecdn_xdp_origin_key *key)
{
	__u64 word[2];

	memcpy(word, key->addr, sizeof(word));
	return ecdn_xdp_origin_mix(ecdn_xdp_origin_mix(word[0] ^ key->port) ^ word[1] ^
				   ((__u64)key->family << 32));
}

/* Reads all rows of origin_keys, which is mapped; 0: none is the origin's. */
static inline __u32 ecdn_xdp_origin_search(const struct ecdn_xdp_origin_place *keys,
					   const struct ecdn_xdp_origin_key *key)
{
	for (__u32 row = 1; row < ECDN_XDP_ORIGINS; row++)
		if (ecdn_xdp_origin_same(&keys[row].key, key))
			return row;
	return 0;
}

/* The oldest way of the set is written over, or that which has the same hash. */
static inline void ecdn_xdp_origin_note(__u64 *set, __u32 tick, __u32 low)
{
	unsigned int oldest = 0;
	__u32 age, most = 0;

	for (unsigned int i = 0; i < ECDN_XDP_ORIGIN_WAYS; i++) {
		__u64 way = __atomic_load_n(&set[i], __ATOMIC_RELAXED);

		age = way ? tick - (__u32)(way >> 32) : ~0U;
		if (way && !(((__u32)way ^ low) >> 12))
			age = ~0U;
		if (age >= most) {
			most = age;
			oldest = i;
		}
	}
	__atomic_store_n(&set[oldest], (__u64)tick << 32 | low, __ATOMIC_RELAXED);
}

/* The row of an origin in origin_keys, which may change meanwhile; 0: it has none. The time is
 * that of any clock that goes on. */
static inline __u32 ecdn_xdp_origin_row(struct ecdn_xdp_origin_rows *rows,
					const struct ecdn_xdp_origin_place *keys,
					const struct ecdn_xdp_origin_key *key, __u64 now_ns)
{
	__u64 hash = ecdn_xdp_origin_hash(key);
	__u64 *set = rows->way[hash % ECDN_XDP_ORIGIN_SETS];
	__u32 tick = (__u32)(now_ns >> ECDN_XDP_ORIGIN_TICK), tag = (__u32)(hash >> 44) << 12, row;

	for (unsigned int i = 0; i < ECDN_XDP_ORIGIN_WAYS; i++) {
		__u64 way = __atomic_load_n(&set[i], __ATOMIC_RELAXED);

		if (!way || (((__u32)way ^ tag) >> 12))
			continue;
		row = (__u32)way % ECDN_XDP_ORIGINS;
		if (row ? ecdn_xdp_origin_same(&keys[row].key, key) :
			  tick - (__u32)(way >> 32) < ECDN_XDP_ORIGIN_BELIEVED)
			return row;
	}
	row = ecdn_xdp_origin_search(keys, key);
	ecdn_xdp_origin_note(set, tick, tag | row);
	return row;
}

/* Adds what a proxy says to the row of the map origin_requests, in the stripe of a CPU. */
static inline void ecdn_xdp_origin_say(struct ecdn_xdp_origin_requests *map, __u32 cpu, __u32 row,
				       enum ecdn_xdp_origin_said what, int status)
{
	struct ecdn_xdp_origin_requests *to =
		&map[cpu % ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS + row];
	__u32 own = ecdn_xdp_origin_status((__u32)status);

	__atomic_fetch_add(&to->said[what], 1, __ATOMIC_RELAXED);
	if (what != ECDN_XDP_ORIGIN_SAID_ANSWERED && what != ECDN_XDP_ORIGIN_SAID_TRUNCATED)
		return;
	__atomic_fetch_add(&to->status[ecdn_xdp_origin_class((__u32)status)], 1, __ATOMIC_RELAXED);
	if (own < ECDN_XDP_ORIGIN_STATUSES)
		__atomic_fetch_add(&to->status[own], 1, __ATOMIC_RELAXED);
}

#endif
