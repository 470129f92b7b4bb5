/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_maps.h - the maps of the guard, opened. Errors are logged.
 *
 * A writer that changes limits raises config.generation afterwards, so that every CPU
 * applies them.
 */
#ifndef GUARD_GUARD_MAPS_H
#define GUARD_GUARD_MAPS_H

#include "ecdn-xdp-maps.h"
#include "kernel/maps.h"
#include "regions/names.h"

struct guard_maps {
	int protected_ports;    /* fds, like all but the last member; -1: not open */
	int region_table, region_name, region_limits, region_state;
	int region_cpu, region_rate, prefixes, cpu_events;
	int request_stats;
	int region_notes;       /* -1: an earlier version has loaded the guard */
	int region_until;       /* -1: the same, or the reader is not root */
	int region_learned;     /* -1: an earlier version has loaded the guard */
	int armed;              /* -1: an earlier version has loaded the guard */
	int region_history, change_head, changes; /* the same */
	int trusted_rates, trusted_cpu, trusted_ceilings; /* -1: an earlier version's guard */
	int capture_rule, capture_cpu, capture_packets; /* the same */
	char dir[PATH_MAX];     /* where they are pinned */
};

extern const struct map_row guard_maps_rows[];

void guard_maps_init(struct guard_maps *maps);
void guard_maps_close(struct guard_maps *maps);
int guard_maps_open(struct guard_maps *maps, const struct pins *pins);

int guard_maps_limits(const struct guard_maps *maps, uint32_t region,
		      struct ecdn_xdp_limits *limits);
int guard_maps_set_limits(const struct guard_maps *maps, uint32_t region,
			  const struct ecdn_xdp_limits *limits);

/* Reads the names that have ids, with room for max_regions; freed with names_free(). */
int guard_maps_names(const struct guard_maps *maps, uint32_t max_regions, struct names **names);

/* Writes the names that names_changed() tells of. */
int guard_maps_set_names(const struct guard_maps *maps, const struct names *names);

#endif
