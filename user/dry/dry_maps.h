/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dry_maps.h - the maps of the loaded guard by which it judges a packet, opened. Errors are logged.
 */
#ifndef DRY_DRY_MAPS_H
#define DRY_DRY_MAPS_H

#include "ecdn-xdp-maps.h"
#include "kernel/maps.h"

/* -1: an earlier version has loaded a guard without it. */
struct dry_maps {
	/* The dry run's program reads these themselves. */
	int config, protected_ports, region_table, region_learned, trusted_table, trusted_ceilings;
	/* Of these it has copies. */
	int region_limits;
	int region_rate, region_state, region_cpu, prefixes, prefix_buckets, cpu, known, armed;
	int trusted_rates, trusted_cpu;
};

extern const struct map_row dry_maps_rows[];

#endif
