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

struct steer_maps {
	int steer_listeners, steer_sockets, steer_stats;
};

extern const struct map_row steer_maps_rows[];

struct steer_entry {
	struct ecdn_xdp_steer_key key;
	struct ecdn_xdp_steer value;
};

struct steer_table {
	struct steer_entry entry[ECDN_XDP_STEER_MAX]; /* sorted by port, protocol, family */
	unsigned int count;
};

/* A socket that is to be in a row. */
struct steer_socket {
	uint64_t cookie;
	int fd;
};

/* Reads all entries. */
int steer_maps_read(const struct steer_maps *maps, struct steer_table *table);

/* Returns the entry with that key, or NULL. */
const struct steer_entry *steer_maps_find(const struct steer_table *table,
					   const struct ecdn_xdp_steer_key *key);

/* Reads the cookies of the open sockets in a row; 0 where a place is free. */
void steer_maps_read_row(const struct steer_maps *maps, uint32_t first,
		    uint64_t cookies[ECDN_XDP_STEER_SOCKETS]);

/*
 * Writes an entry, new or in the place of the one with its key, and makes these sockets,
 * and no others, its own. Fills in value->first_socket. -ENOSPC if all rows are taken.
 */
int steer_maps_put(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key,
		    struct ecdn_xdp_steer *value, const struct steer_socket *sockets,
		    unsigned int count);

/* Removes an entry and its sockets, and its counters unless the port's other listener still
 * uses them. */
int steer_maps_remove(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key);

/* Adds up a listener's counters over all CPUs; zeros if there are none. */
int steer_maps_read_stats(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key,
		     struct ecdn_xdp_steer_stats *sum);

#endif
