/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps.h - typed access to the pinned maps. Who changes the limits or the trusted
 * list raises config.generation afterwards, so that every CPU judges anew, and sets
 * config.trusted, without which no packet looks at the list.
 */
#ifndef KERNEL_MAPS_H
#define KERNEL_MAPS_H

#include <stdbool.h>

#include "ecdn-xdp-maps.h"
#include "kernel/pins.h"
#include "regions/names.h"

struct maps {
	int config, protected_ports;
	int region_table, region_name, region_limits, region_state;
	int region_stats, region_rate, prefixes, events;
	int trusted_table;
	int steer_listeners, steer_sockets, steer_stats;
	int request_stats;
	int ping_config, local_addresses, node_stats, node_buckets, ping_events;
	int ping_interfaces;    /* -1 until a load where what is pinned is older than that */
};

/* Every fd -1. */
void maps_init(struct maps *maps);
void maps_close(struct maps *maps);

/*
 * Opens what is pinned in dir. -ENOENT when nothing is loaded there, -EPROTO
 * when it is of another ABI; errors are said.
 */
int maps_open(struct maps *maps, const char *dir);

/* Opens maps that were made just now and hold nothing yet. Errors are said. */
int maps_open_new(struct maps *maps, const char *dir);

/* Value at key: 0 or a negative errno, said. */
int maps_get(int fd, const char *map, const void *key, void *value);
int maps_set(int fd, const char *map, const void *key, const void *value);

int maps_config(const struct maps *maps, struct ecdn_xdp_config *config);
int maps_set_config(const struct maps *maps, const struct ecdn_xdp_config *config);

int maps_limits(const struct maps *maps, uint32_t region, struct ecdn_xdp_limits *limits);
int maps_set_limits(const struct maps *maps, uint32_t region,
		    const struct ecdn_xdp_limits *limits);

/* Names that have ids; to be freed with names_free(). */
int maps_names(const struct maps *maps, struct names **names);
/* Writes the names whose ids are from `first` on. */
int maps_set_names(const struct maps *maps, const struct names *names, uint32_t first);

#endif
