// SPDX-License-Identifier: BSD-2-Clause
#include "sim_world.h"

#include <stdlib.h>

#define APART_S 2700            /* between two attacks of a region, and from what else happens */
#define ATTACK_S 600

const double sim_sizes[SIM_SIZES] = { 1.5, 2, 3, 5, 10, 30, 100 };

double sim_world_usual(const struct sim_region *region, uint64_t at_s)
{
	double hour = (double)(at_s % SIM_DAY) / 3600;
	double weeks = (double)at_s / SIM_WEEK;
	double shape = 1 + region->day[0] * cos((hour - region->peak_hour) * M_PI / 12) +
		       region->day[1] * cos((hour - region->second_peak_hour) * M_PI / 6);

	if (at_s % SIM_WEEK >= 5 * SIM_DAY)
		shape *= region->weekend;
	return region->mean * shape * (1 + region->trend * weeks);
}

void sim_world_add(struct sim_region *region, const struct sim_event *event)
{
	struct sim_event *at;

	region->event = reallocarray(region->event, region->events + 1, sizeof(*region->event));
	if (!region->event)
		abort();
	at = region->event + region->events++;
	for (; at > region->event && at[-1].start_s > event->start_s; at--)
		at[0] = at[-1];
	*at = *event;
}

static void make_region(struct sim_region *region, unsigned int place, struct sim_random *random)
{
	*region = (struct sim_region){
		.mean = SIM_BIGGEST / (place + 1),
		.peak_hour = sim_random_between(random, 0, 24),
		.second_peak_hour = sim_random_between(random, 0, 24),
		.day = { sim_random_between(random, 0.3, 0.6),
			 sim_random_between(random, 0, 0.15) },
		.weekend = sim_random_between(random, 0.75, 1.15),
		.trend = sim_random_between(random, -0.03, 0.05),
	};
}

static struct sim_region *any_region(struct sim_world *world, struct sim_random *random)
{
	return &world->region[sim_random_next(random) % world->plan.regions];
}

static void add_weekly(struct sim_world *world, unsigned int week, struct sim_random *random)
{
	uint64_t start_s = week * SIM_WEEK;

	for (unsigned int i = 0; i < world->plan.flashes; i++) {
		struct sim_event event = { .kind = SIM_FLASH };

		event.start_s = start_s + sim_random_next(random) % SIM_WEEK;
		event.end_s = event.start_s + (uint64_t)sim_random_between(random, 600, 3600);
		event.size = sim_random_scale(random, 1.5, 6);
		sim_world_add(any_region(world, random), &event);
	}
	for (unsigned int i = 0; i < world->plan.outages; i++) {
		struct sim_event event = { .kind = SIM_OUTAGE };

		event.start_s = start_s + sim_random_next(random) % SIM_WEEK;
		event.end_s = event.start_s + (uint64_t)sim_random_scale(random, 300, 10800);
		event.size = sim_random_between(random, 1.5, 3); /* of the return */
		sim_world_add(any_region(world, random), &event);
	}
}

/* An attack beside a crowd could not be told from it by what is counted here. */
static bool is_free(const struct sim_region *region, uint64_t start_s)
{
	for (unsigned int i = 0; i < region->events; i++) {
		const struct sim_event *event = &region->event[i];

		if (event->kind != SIM_SHIFT && event->kind != SIM_NEW &&
		    start_s + ATTACK_S + APART_S > event->start_s &&
		    start_s < event->end_s + APART_S)
			return false;
		if (event->kind == SIM_NEW && start_s < event->start_s + 2 * SIM_DAY)
			return false;
	}
	return true;
}

static void add_attack(struct sim_world *world, unsigned int week, struct sim_event event,
		       struct sim_random *random)
{
	for (;;) {
		struct sim_region *region = any_region(world, random);
		uint64_t start_s = week * SIM_WEEK + sim_random_next(random) %
				   (SIM_WEEK - ATTACK_S - APART_S);

		if (sim_world_usual(region, start_s) < world->plan.least_attacked ||
		    !is_free(region, start_s))
			continue;
		event.kind = SIM_ATTACK;
		event.start_s = start_s;
		event.end_s = start_s + ATTACK_S;
		event.sources = sim_random_scale(random, 1000, 100000);
		sim_world_add(region, &event);
		return;
	}
}

static void add_attacks(struct sim_world *world, struct sim_random *random)
{
	const struct sim_plan *plan = &world->plan;

	for (unsigned int week = 0; week <= plan->history; week++)
		for (double i = 0; i < plan->old_attacks && week < plan->history; i++)
			add_attack(world, week, (struct sim_event){
				   .size = sim_random_scale(random, 3, 100),
				   .size_row = SIM_SIZES }, random);
	for (unsigned int i = 0; i < plan->attacks * SIM_SIZES * SIM_SHAPES; i++) {
		unsigned int row = i % SIM_SIZES;

		add_attack(world, plan->history, (struct sim_event){
			   .size = sim_sizes[row], .size_row = row,
			   .shape = i / SIM_SIZES % SIM_SHAPES }, random);
	}
}

/* They last to the end. */
static void add_lasting(struct sim_world *world, struct sim_random *random)
{
	const struct sim_plan *plan = &world->plan;
	uint64_t end_s = (plan->history + 1) * SIM_WEEK, judged_s = plan->history * SIM_WEEK;

	for (unsigned int i = 0; i < plan->shifts; i++)
		sim_world_add(any_region(world, random), &(struct sim_event){
			      .kind = SIM_SHIFT, .end_s = end_s,
			      .start_s = judged_s + sim_random_next(random) % (5 * SIM_DAY),
			      .size = sim_random_between(random, 1.5, 2.5) });
	for (unsigned int i = 0; i < plan->fresh; i++)
		sim_world_add(any_region(world, random), &(struct sim_event){
			      .kind = SIM_NEW, .end_s = end_s,
			      .start_s = judged_s + sim_random_next(random) % (2 * SIM_DAY) });
}

void sim_world_make(struct sim_world *world, const struct sim_plan *plan)
{
	struct sim_random random = sim_random_new(plan->seed, 1ULL << 32);

	world->plan = *plan;
	world->region = calloc(plan->regions, sizeof(*world->region));
	if (!world->region)
		abort();
	for (unsigned int i = 0; i < plan->regions; i++)
		make_region(&world->region[i], i, &random);
	for (unsigned int week = 0; week <= plan->history; week++)
		add_weekly(world, week, &random);
	add_lasting(world, &random);
	add_attacks(world, &random);
}

void sim_world_free(struct sim_world *world)
{
	for (unsigned int i = 0; i < world->plan.regions; i++)
		free(world->region[i].event);
	free(world->region);
}
