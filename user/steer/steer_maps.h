/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_maps.h - the maps of steer: the entry of each listener, its row of places for
 * sockets, and its counters. A process that changes them holds the lock of kernel/pins.h.
 * Errors are logged.
 */
#ifndef STEER_STEER_MAPS_H
#define STEER_STEER_MAPS_H

#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "kernel/maps.h"
#include "steer/steer_take.h"

struct steer_maps {
	int steer_listeners, steer_sockets, steer_stats;
	int steer_rules, steer_marks; /* -1: pins of an earlier version */
};

extern const struct map_row steer_maps_rows[];

struct steer_entry {
	struct ecdn_xdp_steer_key key;
	struct ecdn_xdp_steer value;
	struct ecdn_xdp_steer_rule rule; /* written: netns and users; the rest follows */
};

struct steer_table {
	struct steer_entry entry[ECDN_XDP_STEER_MAX]; /* sorted by port, protocol, family */
	unsigned int count;
};

/* Reads all entries. */
int steer_maps_read(const struct steer_maps *maps, struct steer_table *table);

/* Returns the entry with that key, or NULL. */
const struct steer_entry *steer_maps_find(const struct steer_table *table,
					   const struct ecdn_xdp_steer_key *key);

/* Whether listeners are of another network namespace than this one. */
bool steer_maps_elsewhere(const struct steer_table *table);

/* Reads the cookies of the open sockets in a row; 0 where a place is free. */
int steer_maps_read_row(const struct steer_maps *maps, uint32_t first,
			uint64_t cookies[ECDN_XDP_STEER_SOCKETS]);

/* Whether a row that was read has that socket. */
bool steer_maps_row_has(const uint64_t cookies[ECDN_XDP_STEER_SOCKETS], uint64_t cookie);

/* Whether an earlier place has the socket of this one, too: it was shut down, and listens again. */
bool steer_maps_row_repeats(const uint64_t cookies[ECDN_XDP_STEER_SOCKETS], uint32_t at);

/*
 * Writes an entry, into the row that its key has already or into a free one, and to whom its
 * sockets may belong: from then on the program listen puts new ones there. Fills in
 * entry->value.first_socket. -ENOSPC if all rows are taken.
 */
int steer_maps_prepare(const struct steer_maps *maps, struct steer_entry *entry);

/*
 * Makes these sockets the prepared entry's own, and of those that were in its row, whose cookies
 * are in `before`, no others. Sockets that came into the row since stay.
 */
int steer_maps_put(const struct steer_maps *maps, const struct steer_entry *entry,
		   const uint64_t before[ECDN_XDP_STEER_SOCKETS],
		   const struct steer_socket *sockets, unsigned int count);

/* As steer_maps_put(), but the row stays as it is: nobody knows what it should have. */
int steer_maps_keep(const struct steer_maps *maps, const struct steer_entry *entry);

/* Takes a socket out of a row, if it is still there. */
int steer_maps_take_out(const struct steer_maps *maps, uint32_t first, uint64_t cookie);

/* Takes all sockets out of rows that no entry of the table has. */
int steer_maps_sweep(const struct steer_maps *maps, const struct steer_table *table);

/* Removes an entry and its sockets, and its counters unless the port's other listener still
 * uses them. */
int steer_maps_remove(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key);

/* Adds up a listener's counters over all CPUs; zeros if there are none. */
int steer_maps_read_stats(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key,
		     struct ecdn_xdp_steer_stats *sum);

#endif
