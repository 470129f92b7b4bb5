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

/* node_stats and node_buckets belong to ping, trusted_rates and trusted_ceilings to the guard;
 * their rows follow the list. They are -1 if that part is not loaded. */
struct trust_maps {
	int trusted_table;
	int node_stats, node_buckets;
	int trusted_rates, trusted_ceilings;
	char dir[PATH_MAX];     /* where they are pinned */
};

extern const struct map_row trust_store_rows[];
extern const struct slot trust_store_slot;

/* Reads the list that is in use. *list is empty before; freed with trust_list_free(). */
int trust_store_read(const struct trust_maps *maps, struct trust_list *list);

/* Reads the header of the table in use; zeros if there is none. */
int trust_store_header(const struct trust_maps *maps, struct ecdn_xdp_trusted_header *header);

/* Whether the list is the one in use: 1 or 0, or a negative errno. */
int trust_store_holds(const struct trust_maps *maps, const struct trust_list *list);

/* Compiles the list in this process's memory, to be freed with lines_free(). -ENOSPC if no
 * table has room for it. */
int trust_store_compile(const struct trust_list *list, struct ecdn_xdp_table_line **lines);

/* How many lines a new array's tables are to have, if one of them uses `lines`. */
uint32_t trust_store_roomy(uint32_t lines);

/* Makes of compiled lines a frozen table of `room` lines, which no program reads yet. Returns
 * its fd, which the caller closes. */
int trust_store_table(struct ecdn_xdp_table_line *lines, uint32_t room, uint64_t generation);

/*
 * Puts a table in the place of the one in use, or none if it is -1, and pins it in dir for
 * proxies. Programs walk the table once the caller has set config.trusted to its length.
 */
int trust_store_write(const struct trust_maps *maps, const char *dir, int table);

/* Whether an address is in one of the prefixes of the list in use. */
bool trust_store_covers(const struct trust_maps *maps, const struct address *address);

#endif
