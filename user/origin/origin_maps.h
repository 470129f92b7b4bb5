/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_maps.h - the maps of the origin observer, and what its configuration says.
 */
#ifndef ORIGIN_ORIGIN_MAPS_H
#define ORIGIN_ORIGIN_MAPS_H

#include "ecdn-xdp-maps.h"
#include "kernel/maps.h"

/* fds; -1: closed. Readers of the group of --stats-group have origin_failures closed. */
struct origin_maps {
	int origin_config, origin_names, origin_keys, origin_stats, origin_spans;
	int origin_requests, origin_head, origin_failures;
};

extern const struct map_row origin_maps_rows[];

/* These read and write the configuration. 0 or a negative errno, logged. */
int origin_maps_config(const struct origin_maps *maps, struct ecdn_xdp_origin_config *config);
int origin_maps_set_config(const struct origin_maps *maps,
			   const struct ecdn_xdp_origin_config *config);

/* Freezes what all processes may open, in the directory where the maps are new. 0 or a negative
 * errno, logged. */
int origin_maps_freeze(const char *dir);

#endif
