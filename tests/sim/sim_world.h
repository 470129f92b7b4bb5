/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_world.h - the regions of a made-up node, and what happens to them: crowds, outages, lasting
 * shifts, attacks. Of regions by Zipf's law with time zones of their own.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "sim_random.h"

#define SIM_DAY 86400ULL
#define SIM_WEEK (7 * SIM_DAY)
#define SIM_START (2817 * SIM_WEEK + 4 * SIM_DAY) /* a Monday, seconds since the epoch */
#define SIM_BIGGEST 250000.0    /* packets/s of the biggest region on average */
#define SIM_SIZES 7
#define SIM_SHAPES 4

enum sim_kind {
	SIM_FLASH,
	SIM_OUTAGE,
	SIM_SHIFT,
	SIM_NEW,                /* the region has no traffic before */
	SIM_ATTACK,
};

enum sim_shape {
	SIM_STEP,
	SIM_RAMP,               /* for five minutes, then it stays */
	SIM_PULSES,             /* 20 s, then 40 s without */
	SIM_BLIPS,              /* 5 s, then 55 s without */
};

struct sim_event {
	enum sim_kind kind;
	enum sim_shape shape;
	uint64_t start_s, end_s; /* since the begin of the simulation */
	double size;            /* of the normal traffic; an attack's is the total */
	unsigned int size_row;  /* of sim_sizes; SIM_SIZES: an attack of the history */
	double sources;         /* prefixes that an attack comes from */
	uint64_t found_s, shielded_s; /* when it was; 0: it was not */
	bool found, shielded;
};

struct sim_region {
	double mean;            /* packets/s */
	double peak_hour, second_peak_hour;
	double day[2];          /* amplitudes of the day's shape */
	double weekend, trend;  /* of it, and a week */
	struct sim_event *event; /* sorted by start */
	unsigned int events;
};

struct sim_plan {
	uint64_t seed;
	unsigned int regions;
	unsigned int history;   /* weeks before the one that is judged */
	double flashes, outages, old_attacks; /* of a week */
	unsigned int shifts, fresh, attacks; /* of the judged week; attacks of each size and shape */
	double least_attacked;  /* packets/s: smaller regions are not attacked */
};

struct sim_world {
	struct sim_plan plan;
	struct sim_region *region;
};

extern const double sim_sizes[SIM_SIZES];

void sim_world_make(struct sim_world *world, const struct sim_plan *plan);
void sim_world_free(struct sim_world *world);

/* Without noise or events. */
double sim_world_usual(const struct sim_region *region, uint64_t at_s);

/* Adds an event. */
void sim_world_add(struct sim_region *region, const struct sim_event *event);

#endif
