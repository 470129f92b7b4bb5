/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_store.h - the trusted list in kernel memory: a frozen table with its rows, which
 * every change makes again and puts into its slot as a whole. An empty list has none.
 * Errors are logged.
 */
#ifndef TRUST_TRUST_STORE_H
#define TRUST_TRUST_STORE_H

#include <stdbool.h>

#include "kernel/maps.h"
#include "kernel/slot.h"
#include "trust/trust_list.h"

/* The last two are ping's, whose rows follow the list: -1 where ping is not loaded. */
struct trust_maps {
	int trusted_table;
	int node_stats, node_buckets;
};

extern const struct map_row trust_store_rows[];
extern const struct slot trust_store_slot;

/* The list as it is; *list is empty before, and freed with trust_list_free() after. */
int trust_store_read(const struct trust_maps *maps, struct trust_list *list);

/* Rows of the list as it is. */
int trust_store_count(const struct trust_maps *maps, uint32_t *count);

/* Whether a table has room for the list: 0; -ENOSPC or -ENOMEM. */
int trust_store_fits(const struct trust_list *list);

/* A frozen table of the list, that no program reads yet: its fd. */
int trust_store_make(const struct trust_list *list, uint64_t generation);

/*
 * Makes it the list, if it is not, and pins its table in dir for proxies. It counts
 * once the caller has set config.trusted to its length.
 */
int trust_store_write(const struct trust_maps *maps, const char *dir,
		  const struct trust_list *list);

/* Whether an address is in one of the prefixes. */
bool trust_store_covers(const struct trust_maps *maps, const struct address *address);

#endif
