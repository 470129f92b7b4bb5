/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_regions.h - one read of the regions: their counters, rates, states, limits and
 * requests, and what was counted besides them. Every reader prints this one model, so
 * that two of them cannot disagree. Counters are sums over CPUs.
 */
#ifndef VIEW_VIEW_REGIONS_H
#define VIEW_VIEW_REGIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "base/clock.h"
#include "guard/counts.h"
#include "view/view_history.h"

/* Rates over the last second. */
struct view_speed {
	uint64_t pps, bps, cps;
};

/* What of a region's rates is the largest share of its limits. */
struct view_load {
	enum ecdn_xdp_measure measure; /* ECDN_XDP_MEASURE_NONE: no limit, and all others are 0 */
	bool proven;            /* what is proven, and not what is claimed */
	uint64_t rate, limit;
	uint64_t share;         /* rate by limit, in thousandths */
};

/* What came in between two reads, by second. */
struct view_flow {
	bool measured;          /* there was a read before; else all others are 0 */
	uint64_t dropped, would_drop; /* packets */
	uint64_t got_513;       /* requests and steered connections */
};

struct view_region {
	uint32_t id;
	char name[ECDN_XDP_NAME_SIZE];
	uint32_t state;         /* enum ecdn_xdp_state, at the moment of reading */
	uint64_t limited_ns;    /* when the surge was declared; 0: there is none */
	uint64_t since_ns;      /* when it entered its state; 0: it was never in another one */
	uint64_t ends_ns;       /* when that ends unless more comes; 0: it is not known to end */
	uint64_t left_ns;       /* how long that is from the moment of reading; 0 likewise */
	struct view_load load;  /* of what is claimed */
	struct view_load surge; /* why it is limited or shielded; in other states nothing */
	struct ecdn_xdp_limits limits;
	bool learns;            /* the limits are learned ... */
	bool gives_way;         /* ... and those of an hour give way if nobody renews them, as no
				   earlier version's guard has them do */
	struct ecdn_xdp_learned learned; /* from this; zeros if nobody has written it yet */
	struct region_counts counts;
	struct view_speed claimed; /* of protected traffic as it arrives */
	struct view_speed proven; /* of what belongs to sockets; packets and bits in a surge */
	struct ecdn_xdp_requests requests; /* as proxies count them */
	uint64_t ranges;        /* in the table in use, once view_table_count() has counted them */
	struct view_peak peak;
	struct view_flow flow;  /* by view_regions_compare() */
};

struct view_regions {
	struct clock_moment moment; /* of reading */
	struct ecdn_xdp_config config;
	bool shared;            /* of the configuration only what view_pins.h tells was read */
	bool gives_way;         /* of each region */
	uint64_t generation;    /* of the region table */
	struct ecdn_xdp_events events; /* packets without a region, and give-ups */
	struct view_region *region; /* sorted by id */
	uint32_t count;         /* of names */
};

/* 0 or a negative errno, logged. To be freed with view_regions_free(). */
int view_regions_read(struct view_regions *view, const char *pin_dir);
void view_regions_free(struct view_regions *view);

/* Fills in what came since an earlier read. */
void view_regions_compare(struct view_regions *view, const struct view_regions *before);

/* Requests that proxies answered with 513, and connections that a listener for 513 got. */
uint64_t view_regions_got_513(const struct view_region *region);

/* The region of that id; NULL, silent, if no region has it. Ids in between may have none, so an id
 * is no place in `region`. */
const struct view_region *view_regions_at(const struct view_regions *view, uint32_t id);

/* The region of that name; 0 if there is none, logged. */
const struct view_region *view_regions_find(const struct view_regions *view, const char *name);

/* Whether the limit in force is a learned one, of a measure or of any. */
bool view_regions_is_learned(const struct view_region *region, enum ecdn_xdp_measure measure);
bool view_regions_has_learned(const struct view_region *region);

/* Whether the learned limits of an hour have given way to those of the busiest one, as no agent has
 * renewed them. */
bool view_regions_gave_way(const struct view_region *region);

/* Those that are in force if nothing caps them, by the measures from 0; 0: nothing is learned. */
const __u64 *view_regions_learned(const struct view_region *region);

/* "normal", "limited", ... of an enum ecdn_xdp_state. */
const char *view_regions_state_name(uint32_t state);

/* The same names by the states' numbers, ended by 0. */
extern const char *const view_regions_states[];

#endif
