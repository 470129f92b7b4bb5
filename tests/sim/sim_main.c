// SPDX-License-Identifier: BSD-2-Clause
/*
 * sim_main.c - learned limits in a made-up world, in full: a table for README, by hand.
 *
 *	sim [SEED [HISTORY]]    HISTORY: weeks before the one that is judged
 */
#include <stdlib.h>

#include "sim_score.h"

static void print_frogs(uint64_t seed, double factor)
{
	static const double growths[] = { 0.03, 0.10, 0.30, 1.00 };
	const struct sim_plan plan = { .seed = seed, .regions = 40, .history = 2 };
	const struct learn_settings settings = { .factor = factor, .floor = { 5000 } };

	printf("boiling frog x%g: ", factor);
	for (unsigned int i = 0; i < 4; i++) {
		struct sim_frog frog;

		sim_frog_run(&plan, &settings, growths[i], 6, &frog);
		printf("| %u/%u %.1f %.1f ", frog.found, frog.runs, frog.median, frog.worst);
		fflush(stdout);
	}
	printf("\n");
}

/* Attacks of five times and more that were not found. */
static void print_missed(const struct sim_world *world)
{
	static const char *const shapes[] = { "step", "ramp", "pulses", "blips" };

	for (unsigned int i = 0; i < world->plan.regions; i++)
		for (unsigned int j = 0; j < world->region[i].events; j++) {
			const struct sim_event *event = &world->region[i].event[j];

			if (event->kind != SIM_ATTACK || event->size_row == SIM_SIZES ||
			    event->size < 5 || event->found)
				continue;
			printf("  missed: %gx of %.0f packets/s, %s, in region %u at hour %.2f\n",
			       event->size, sim_world_usual(&world->region[i], event->start_s),
			       shapes[event->shape], i, (double)event->start_s / 3600);
		}
}

static void print_world(const struct sim_plan *plan, double factor, double floor,
			double prefix_pps)
{
	const struct learn_settings settings = { .factor = factor, .floor = { floor } };
	struct sim_world world;
	struct sim_score score;
	char name[100];

	snprintf(name, sizeof(name), "levelled (median, <= 1.3) 24h x%g%s", factor,
		 isinf(prefix_pps) ? "" : ", without heavy prefixes");
	sim_world_make(&world, plan);
	sim_score_world(&world, &settings, prefix_pps, &score);
	sim_score_print(name, &score, stdout);
	print_missed(&world);
	fflush(stdout);
	sim_world_free(&world);
}

int main(int argc, char **argv)
{
	struct sim_plan plan = {
		.seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1,
		.regions = 250, .history = argc > 2 ? (unsigned int)atoi(argv[2]) : 2,
		.flashes = 60, .outages = 25, .old_attacks = 20, .shifts = 10, .fresh = 10,
		.attacks = 12, .least_attacked = 10000,
	};

	printf("seed %llu, %u regions, %u weeks of history, floor 20,000 packets/s, 3 s\n\n",
	       (unsigned long long)plan.seed, plan.regions, plan.history);
	sim_score_head(stdout);
	print_world(&plan, 2, 20000, INFINITY);
	print_world(&plan, 2, 20000, 1000);
	print_world(&plan, 2.5, 20000, INFINITY);
	printf("\n");
	print_frogs(plan.seed, 2);
	return 0;
}
