// SPDX-License-Identifier: BSD-2-Clause
#include <stdlib.h>

#include "sim_node.h"
#include "sim_score.h"
#include "sim_traffic.h"

#define GROWS_TO 20.0
#define FOUND_S 60              /* that it stays limited: no burst of a client does */

static double multiple(double growth, uint64_t since_s)
{
	return fmin(pow(1 + growth, (double)since_s / 3600), GROWS_TO);
}

/* The multiple at which it was found; 0: it was not, a day after it had grown up. */
static double run_one(struct sim_world *world, unsigned int place,
		      const struct learn_settings *settings, double growth)
{
	uint64_t start_s = world->plan.history * SIM_WEEK + place * 7200;
	uint64_t end_s = start_s + (uint64_t)(log(GROWS_TO) / log(1 + growth) * 3600) + SIM_DAY;
	unsigned int limited = 0;
	struct sim_traffic traffic;
	struct sim_node node;

	sim_node_init(&node);
	sim_traffic_begin(&traffic, &world->region[place], world->plan.seed, place, INFINITY);
	for (uint64_t at_s = 0; at_s < end_s; at_s++) {
		double times = at_s < start_s ? 1 : multiple(growth, at_s - start_s);
		struct sim_second second;

		sim_traffic_next(&traffic, at_s, &second);
		sim_node_second(&node, settings, SIM_START + at_s, times * second.pps,
				times * second.pps);
		limited = node.state == ECDN_XDP_STATE_LIMITED ? limited + 1 : 0;
		if (at_s >= start_s && limited > FOUND_S)
			return times;
	}
	return 0;
}

static int by_size(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return a < b ? -1 : a > b;
}

void sim_frog_run(const struct sim_plan *plan, const struct learn_settings *settings,
		  double growth, unsigned int runs, struct sim_frog *frog)
{
	double *found = calloc(runs, sizeof(*found));
	struct sim_world world;

	if (!found)
		abort();
	*frog = (struct sim_frog){ .runs = runs };
	sim_world_make(&world, plan);
	for (unsigned int i = 0; i < runs; i++) {
		double times = run_one(&world, i, settings, growth);

		if (times > 0)
			found[frog->found++] = times;
	}
	qsort(found, frog->found, sizeof(*found), by_size);
	if (frog->found) {
		frog->median = found[frog->found / 2];
		frog->worst = found[frog->found - 1];
	}
	sim_world_free(&world);
	free(found);
}
