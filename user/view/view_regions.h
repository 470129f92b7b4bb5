/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_regions.h - one read of the regions: their counters, rates, states, limits and
 * requests, and what was counted besides them. Every reader prints this one model, so
 * that two of them cannot disagree. Counters are sums over CPUs.
 */
#ifndef VIEW_VIEW_REGIONS_H
#define VIEW_VIEW_REGIONS_H

#include "ecdn-xdp-maps.h"
#include "base/clock.h"
#include "guard/counts.h"

/* Rates over the last second. */
struct view_speed {
	uint64_t pps, bps, cps;
};

struct view_region {
	uint32_t id;
	char name[ECDN_XDP_NAME_SIZE];
	uint32_t state;         /* enum ecdn_xdp_state, at the moment of reading */
	uint64_t limited_ns;    /* when the surge was declared; 0: there is none */
	struct ecdn_xdp_limits limits;
	struct region_counts counts;
	struct view_speed claimed; /* of protected traffic as it arrives */
	struct view_speed proven; /* of what belongs to sockets; packets and bits in a surge */
	struct ecdn_xdp_requests requests; /* as proxies count them */
	uint64_t ranges;        /* in the table in use, once view_table_count() has counted them */
};

struct view_regions {
	struct clock_moment moment; /* of reading */
	struct ecdn_xdp_config config;
	uint64_t generation;    /* of the region table */
	struct ecdn_xdp_events events; /* packets without a region, and give-ups */
	struct view_region *region; /* sorted by id */
	uint32_t count;         /* of names */
};

/* 0 or a negative errno, logged. To be freed with view_regions_free(). */
int view_regions_read(struct view_regions *view, const char *pin_dir);
void view_regions_free(struct view_regions *view);

/* The region of that name; 0 if there is none, logged. */
const struct view_region *view_regions_find(const struct view_regions *view, const char *name);

/* "normal", "limited", ... of an enum ecdn_xdp_state. */
const char *view_regions_state_name(uint32_t state);

#endif
