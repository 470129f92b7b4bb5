/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_score.h - what learned limits are worth in a made-up world: what they find, and whom they
 * refuse wrongly.
 */
#ifndef SIM_SCORE_H
#define SIM_SCORE_H

#include <stdio.h>

#include "learn/learn.h"
#include "sim_world.h"

struct sim_week {
	unsigned int noise, of_bursts; /* alarms without a cause, and those during a client's burst */
	unsigned int back, shifted, fresh, crowd; /* alarms, by what went on */
	double hours;           /* of regions that were limited without an attack */
	unsigned int shields;   /* times that a region was shielded alone, without an attack */
};

struct sim_score {
	unsigned int attacks[SIM_SIZES], found[SIM_SIZES], shielded[SIM_SIZES];
	unsigned int ramps[SIM_SIZES], ramps_found[SIM_SIZES];
	unsigned int crowds, crowds_hit;
	unsigned int seconds[3]; /* to find, of 3 times and more but ramps: p50, p90, p99 */
	unsigned int notices;   /* in the judged week */
	struct sim_week judged, first;
};

/* prefix_pps: what a prefix sends beyond it does not limit its region; infinity: all does. */
void sim_score_world(struct sim_world *world, const struct learn_settings *settings,
		     double prefix_pps, struct sim_score *score);

void sim_score_head(FILE *to);
void sim_score_print(const char *name, const struct sim_score *score, FILE *to);

/* Growth by the hour until 20 times: found of `runs`, and the multiples when it was. */
struct sim_frog {
	unsigned int runs, found;
	double median, worst;
};

void sim_frog_run(const struct sim_plan *plan, const struct learn_settings *settings,
		  double growth, unsigned int runs, struct sim_frog *frog);

#endif
