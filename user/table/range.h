/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * range.h - address ranges and the region each is in: what every source of
 * region data becomes, and what tables are compiled from.
 */
#ifndef TABLE_RANGE_H
#define TABLE_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

struct range {
	addr_bits first, last;  /* both inside; left-aligned as in base/address.h */
	uint32_t entry;         /* region and source, as in a table's leaf */
};

/* Sorted by first, disjoint. The owner frees it with range_list_free(). */
struct range_list {
	struct range *range;
	size_t count, room;
};

/* Both families of a source or a table. */
struct range_set {
	struct range_list v4, v6;
};

void range_list_free(struct range_list *list);
void range_set_free(struct range_set *set);

/* Appends, joining a range that goes on where the last one ended, in the same
 * region. 0 or -ENOMEM. */
int range_list_add(struct range_list *list, addr_bits first, addr_bits last, uint32_t entry);

/* Sets *into to what `over` says where it says anything, and to what *into said
 * elsewhere. 0 or -ENOMEM with *into untouched. */
int range_set_overlay(struct range_set *into, const struct range_set *over);

#endif
