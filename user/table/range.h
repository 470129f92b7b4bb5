/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * range.h - ranges of addresses, each with an entry that says what its addresses are. Tables
 * are compiled from them.
 */
#ifndef TABLE_RANGE_H
#define TABLE_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

/* An entry of region files. While these are read the id is that of a name among all that they
 * hold; the ids of regions, which have 14 bits, take its place before a table is compiled. */
#define RANGE_REGION 0x03ffffffU /* the id, and ... */
#define RANGE_SOURCE_SHIFT 26   /* ... which source named it, from 1 */
#define RANGE_SOURCE 0xfc000000U

struct range {
	addr_bits first, last;  /* both inside; left-aligned as in base/address.h */
	uint32_t entry;         /* region and source, or a leaf of the trusted table */
};

/* Sorted by first address; no two ranges overlap. Freed with range_list_free(). */
struct range_list {
	struct range *range;
	size_t count;
};

/* Both families. Freed with range_set_free(). */
struct range_set {
	struct range_list v4, v6;
};

void range_list_free(struct range_list *list);
void range_set_free(struct range_set *set);

/* Appends a range, which lies behind all others. It is joined with the last one if it begins
 * where that ends and has the same entry. 0 or -ENOMEM. */
int range_list_add(struct range_list *list, addr_bits first, addr_bits last, uint32_t entry);

/* Lays one set over another: where `over` has a range, its entry replaces that of *into. 0, or
 * -ENOMEM with *into untouched. */
int range_set_overlay(struct range_set *into, const struct range_set *over);

#endif
