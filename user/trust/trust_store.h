/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_store.h - the trusted list in kernel memory: a frozen table that holds the rows
 * too. Every change makes a new table and puts it into the slot. An empty list has no
 * table. Errors are logged.
 */
#ifndef TRUST_TRUST_STORE_H
#define TRUST_TRUST_STORE_H

#include <stdbool.h>

#include "kernel/maps.h"
#include "kernel/slot.h"
#include "trust/trust_list.h"

/* node_stats and node_buckets belong to ping, their rows follow the list; they are -1 if
 * ping is not loaded. */
struct trust_maps {
	int trusted_table;
	int node_stats, node_buckets;
};

extern const struct map_row trust_store_rows[];
extern const struct slot trust_store_slot;

/* Reads the list that is in use. *list is empty before; freed with trust_list_free(). */
int trust_store_read(const struct trust_maps *maps, struct trust_list *list);

/* Reads how many rows the list in use has. */
int trust_store_count(const struct trust_maps *maps, uint32_t *count);

/* Returns 0 if a table has room for the list, else -ENOSPC; -ENOMEM. */
int trust_store_fits(const struct trust_list *list);

/* Makes a frozen table of the list, which no program reads yet. Returns its fd, which the
 * caller closes. */
int trust_store_make(const struct trust_list *list, uint64_t generation);

/*
 * Makes *list the list in use, if it is not already, and pins its table in dir for proxies.
 * Programs walk the table once the caller has set config.trusted to its length.
 */
int trust_store_write(const struct trust_maps *maps, const char *dir,
		  const struct trust_list *list);

/* Whether an address is in one of the prefixes of the list in use. */
bool trust_store_covers(const struct trust_maps *maps, const struct address *address);

#endif
