/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * origin_row.h - which row an origin counts in, as a connection to it begins.
 *
 * While rows are free a new origin takes the next. After that a hash of it chooses four rows, as
 * bpf/prefix.h chooses a set, and the lightest of those that have no name, of weight w, is taken
 * with probability 1 / (w + 1): whoever makes this host connect to many addresses does not put
 * out the origins that are in use. An origin that has a name takes it for certain. CPUs share the
 * rows: who takes one says so in its key and in its first_ns, under the lock of origin_head, and no
 * other CPU takes it before he is done.
 */
#ifndef BPF_ORIGIN_ROW_H
#define BPF_ORIGIN_ROW_H

#include <stdbool.h>

#include "origin_maps.h"
#include "prefix.h"

#define ORIGIN_WAYS 4
#define ORIGIN_ROWS (ECDN_XDP_ORIGINS - 1) /* that origins can have: 0 is nobody's */
#define ORIGIN_NO_ROW 0
#define ORIGIN_TAKEN 1          /* as `reserved` of a row's key: an origin is being put there */

static __always_inline __u64 origin_hash(const struct ecdn_xdp_origin_key *key, __u64 seed)
{
	const __u32 *words = (const __u32 *)key;
	__u64 hash = seed;

	pure_unroll
	for (int i = 0; i < 5; i++)
		hash = prefix_hash(hash ^ words[i], seed + i);
	return hash;
}

/* Whether the row is the origin's; another one may just be taking it. */
static __always_inline bool origin_has(__u32 row, const struct ecdn_xdp_origin_key *key)
{
	const struct ecdn_xdp_origin_key *place = bpf_map_lookup_elem(&origin_keys, &row);
	const volatile __u32 *a = (const __u32 *)place;
	const __u32 *b = (const __u32 *)key;

	return place && place->port == key->port && place->family == key->family &&
	       a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

static __always_inline bool origin_named(const struct ecdn_xdp_origin_key *key)
{
	struct ecdn_xdp_origin_key any = *key;

	if (bpf_map_lookup_elem(&origin_names, key))
		return true;
	any.port = 0;
	return bpf_map_lookup_elem(&origin_names, &any);
}

/* The weight that defends a row: 0: it is free; ~0: it has a name, or is being taken. */
static __always_inline __u32 origin_weight(__u32 row, __u32 epoch)
{
	struct ecdn_xdp_origin_stats *stats = bpf_map_lookup_elem(&origin_stats, &row);
	struct ecdn_xdp_origin_key *key = bpf_map_lookup_elem(&origin_keys, &row);
	__u32 epochs;

	if (!stats || !key || key->reserved)
		return ~0U;
	if (!key->family)
		return 0;
	if (origin_named(key))
		return ~0U;
	epochs = epoch - stats->epoch;
	return stats->weight >> (epochs > 31 ? 31 : epochs);
}

static __always_inline __u32 origin_way(__u64 hash, __u32 way)
{
	return 1 + (__u32)(hash >> way * 16 & 0xffff) % ORIGIN_ROWS;
}

/* The row to take, or ORIGIN_NO_ROW; weight: what it starts with. */
static __always_inline __u32 origin_lightest(__u64 hash, __u32 epoch, bool named, __u32 *weight)
{
	__u32 row = ORIGIN_NO_ROW, least = ~0U;

	for (__u32 way = 0; way < ORIGIN_WAYS; way++) {
		__u32 other = origin_way(hash, way), heavy = origin_weight(other, epoch);

		if (heavy >= least)
			continue;
		least = heavy;
		row = other;
	}
	if (row && !named && (__u64)bpf_get_prandom_u32() * ((__u64)least + 1) >> 32)
		return ORIGIN_NO_ROW;
	*weight = least + 1;
	return row;
}

/* The next row that nobody has had; ORIGIN_NO_ROW: there is none. */
static __always_inline __u32 origin_next(struct ecdn_xdp_origin_head *head)
{
	__u32 row = ORIGIN_NO_ROW;

	if (head->rows >= ORIGIN_ROWS)
		return row;
	bpf_spin_lock(&head->lock);
	if (head->rows < ORIGIN_ROWS)
		row = ++head->rows;
	bpf_spin_unlock(&head->lock);
	return row;
}

/* Takes the row, and says whose it was; false: another CPU is about it. */
static __always_inline bool origin_claim(struct ecdn_xdp_origin_head *head,
					 struct ecdn_xdp_origin_stats *stats,
					 struct ecdn_xdp_origin_key *place, __u64 now_ns,
					 struct ecdn_xdp_origin_key *old)
{
	bool mine = false;

	bpf_spin_lock(&head->lock);
	if (!place->reserved && stats->first_ns != now_ns) {
		*old = *place;
		place->family = 0;
		place->reserved = ORIGIN_TAKEN;
		stats->first_ns = now_ns;
		mine = true;
	}
	bpf_spin_unlock(&head->lock);
	return mine;
}

/* Zeros, in words of eight bytes. */
static __always_inline void origin_zero(void *value, __u32 size)
{
	volatile __u64 *word = value;

	for (__u32 i = 0; i < size / 8; i++)
		word[i] = 0;
}

/* A function that is verified once. What the row's first_ns is stays. */
__attribute__((noinline)) int origin_clear(__u32 row)
{
	struct ecdn_xdp_origin_stats *stats = bpf_map_lookup_elem(&origin_stats, &row);
	struct ecdn_xdp_origin_spans *spans = bpf_map_lookup_elem(&origin_spans, &row);
	__u64 first_ns;

	if (!stats || !spans)
		return 0;
	first_ns = stats->first_ns;
	origin_zero(stats, offsetof(struct ecdn_xdp_origin_stats, first_ns));
	origin_zero(&stats->last_ns,
		    sizeof(*stats) - offsetof(struct ecdn_xdp_origin_stats, last_ns));
	stats->first_ns = first_ns;
	bpf_spin_lock(&spans->lock);
	for (int i = 0; i < ECDN_XDP_ORIGIN_SPANS; i++)
		spans->span[i].number = 0;
	bpf_spin_unlock(&spans->lock);
	for (__u32 stripe = 0; stripe < ECDN_XDP_ORIGIN_STRIPES; stripe++) {
		__u32 place = stripe * ECDN_XDP_ORIGINS + row;
		struct ecdn_xdp_origin_requests *requests =
			bpf_map_lookup_elem(&origin_requests, &place);

		if (requests)
			origin_zero(requests, sizeof(*requests));
	}
	return 0;
}

/* The family comes last, as a key without one is no origin's. The row stays taken. */
static __always_inline void origin_write(struct ecdn_xdp_origin_key *place,
					 const struct ecdn_xdp_origin_key *key)
{
	volatile __u32 *to = (__u32 *)place;
	const __u32 *from = (const __u32 *)key;
	struct ecdn_xdp_origin_key last = { .port = key->port, .family = key->family,
					    .reserved = ORIGIN_TAKEN };

	pure_unroll
	for (int i = 0; i < 4; i++)
		to[i] = from[i];
	to[4] = ((const __u32 *)&last)[4];
}

/* Puts the origin into the row, which is the caller's; returns the row that it has then. */
static __always_inline __u32 origin_put(__u32 row, const struct ecdn_xdp_origin_key *key,
					const struct ecdn_xdp_origin_key *old,
					struct ecdn_xdp_origin_key *place,
					struct ecdn_xdp_origin_head *head)
{
	__u32 *found;

	if (old->family) {
		bpf_map_delete_elem(&origins, old);
		__sync_fetch_and_add(&head->displaced, 1);
	}
	origin_clear(row);
	origin_write(place, key);
	if (!bpf_map_update_elem(&origins, key, &row, BPF_NOEXIST)) {
		place->reserved = 0;
		return row;
	}
	/* Another CPU gave it one meanwhile: this one is free. */
	place->family = 0;
	place->reserved = 0;
	found = bpf_map_lookup_elem(&origins, key);
	return found ? *found : ORIGIN_NO_ROW;
}

/* Gives the origin a row, if it can have one. */
static __always_inline __u32 origin_admit(const struct ecdn_xdp_origin_key *key, __u64 seed,
					  __u64 now_ns)
{
	__u32 epoch = now_ns >> PREFIX_EPOCH_SHIFT, weight = 1, row;
	struct ecdn_xdp_origin_head *head = origin_shared();
	struct ecdn_xdp_origin_key *place, old;
	struct ecdn_xdp_origin_stats *stats;

	if (!head)
		return ORIGIN_NO_ROW;
	row = origin_next(head);
	if (!row)
		row = origin_lightest(origin_hash(key, seed), epoch, origin_named(key), &weight);
	stats = bpf_map_lookup_elem(&origin_stats, &row);
	place = bpf_map_lookup_elem(&origin_keys, &row);
	if (!row || !stats || !place || !origin_claim(head, stats, place, now_ns, &old))
		return ORIGIN_NO_ROW;
	row = origin_put(row, key, &old, place, head);
	stats->weight = weight - 1;
	stats->epoch = epoch;
	return row;
}

/* The row that an origin has; ORIGIN_NO_ROW: it has none. Its life is *row_ns: if another origin
 * takes the row from now on, that becomes another. */
static __always_inline __u32 origin_row(const struct ecdn_xdp_origin_key *key, __u64 seed,
					__u64 now_ns, __u64 *row_ns)
{
	struct ecdn_xdp_origin_head *head = origin_shared();
	__u32 *found = bpf_map_lookup_elem(&origins, key);
	__u32 row = found ? *found : origin_admit(key, seed, now_ns);
	struct ecdn_xdp_origin_stats *stats = bpf_map_lookup_elem(&origin_stats, &row);

	if (row && stats) {
		*row_ns = *(volatile __u64 *)&stats->first_ns;
		if (origin_has(row, key))
			return row;
	}
	if (head)
		__sync_fetch_and_add(&head->no_row, 1);
	return ORIGIN_NO_ROW;
}

/* Counts a connection that begins; returns the row, of which the life is *row_ns. */
static __always_inline __u32 origin_begin(const struct ecdn_xdp_origin_key *key, __u64 seed,
					  __u64 now_ns, __u64 *row_ns)
{
	__u32 row = origin_row(key, seed, now_ns, row_ns);
	__u32 epoch = now_ns >> PREFIX_EPOCH_SHIFT, epochs;
	struct ecdn_xdp_origin_stats *stats = bpf_map_lookup_elem(&origin_stats, &row);

	if (!stats)
		return ORIGIN_NO_ROW;
	if (row) {
		epochs = epoch - stats->epoch;
		if (epochs) {
			stats->weight >>= epochs > 31 ? 31 : epochs;
			stats->epoch = epoch;
		}
		__sync_fetch_and_add(&stats->weight, 1);
		stats->named = origin_named(key);
	} else if (!stats->first_ns) {
		stats->first_ns = now_ns;
	}
	__sync_fetch_and_add(&stats->connections, 1);
	stats->last_ns = now_ns;
	return row;
}

#endif
