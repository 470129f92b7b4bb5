/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_table.h - the maps of steer: each listener's entry, its row of places for
 * sockets, and its counters. Who changes them holds the lock of kernel/pins.h.
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
	struct steer_entry entry[ECDN_XDP_STEER_MAX]; /* by port, protocol, family */
	unsigned int count;
};

/* A socket to be in a row. */
struct steer_socket {
	uint64_t cookie;
	int fd;
};

/* Errors are said. */
int steer_maps_read(const struct steer_maps *maps, struct steer_table *table);

/* The entry with that key, or 0. */
const struct steer_entry *steer_maps_find(const struct steer_table *table,
					   const struct ecdn_xdp_steer_key *key);

/* Cookies of the open sockets in a row, 0 where a place is free. */
void steer_maps_read_row(const struct steer_maps *maps, uint32_t first,
		    uint64_t cookies[ECDN_XDP_STEER_SOCKETS]);

/*
 * Writes an entry, new or in the place of the one with its key, so that these sockets
 * and no others are its own; value->first_socket is filled in. -ENOSPC if all rows are
 * taken. Errors are said.
 */
int steer_maps_put(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key,
		    struct ecdn_xdp_steer *value, const struct steer_socket *sockets,
		    unsigned int count);

/* Removes an entry and what is its own; its counters, unless the port's other listener
 * goes on with them. Errors are said. */
int steer_maps_remove(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key);

/* Sums over all CPUs; zeros if nothing counts there. Errors are said. */
int steer_maps_read_stats(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key,
		     struct ecdn_xdp_steer_stats *sum);

#endif
