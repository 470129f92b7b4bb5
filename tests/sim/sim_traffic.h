/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_traffic.h - what a region sends in each second.
 */
#ifndef SIM_TRAFFIC_H
#define SIM_TRAFFIC_H

#include "sim_world.h"

#define SIM_BURSTS 4            /* clients of a region that burst at a time */
#define SIM_ACTIVE 8

struct sim_traffic {
	struct sim_region *region;
	struct sim_random random;
	double prefix_pps;      /* beyond this a prefix is heavy */
	double level, slow[3];  /* of the day; of noise in logarithms, by 6 s, 5 min and 3 h */
	double usual;           /* with level and noise, until the next six seconds */
	double next_burst_s;
	struct { double pps; uint64_t end_s; } burst[SIM_BURSTS];
	unsigned int next_event;
	struct sim_event *active[SIM_ACTIVE];
	unsigned int actives;
};

struct sim_second {
	double pps;             /* all */
	double heavy_pps;       /* of it what prefixes send beyond prefix_pps */
	struct sim_event *attack; /* that goes on */
	bool crowd, back, shifted, fresh, burst; /* what else does, or did of late */
};

void sim_traffic_begin(struct sim_traffic *traffic, struct sim_region *region, uint64_t seed,
		       unsigned int place, double prefix_pps);

/* Of the next second; they are asked for in their order. */
void sim_traffic_next(struct sim_traffic *traffic, uint64_t at_s, struct sim_second *second);

#endif
