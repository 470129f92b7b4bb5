// SPDX-License-Identifier: BSD-2-Clause
#include "sim_score.h"

#include <stdlib.h>

#include "sim_node.h"
#include "sim_traffic.h"

#define SLOW_HOURS 5            /* of a region in a week, which are worth a look */

struct times {
	unsigned int at[16384], count;
};

static void note_alarm(struct sim_week *week, const struct sim_second *second)
{
	if (second->shifted)
		week->shifted++;
	else if (second->crowd)
		week->crowd++;
	else if (second->back)
		week->back++;
	else if (second->fresh)
		week->fresh++;
	else
		week->noise++;
	week->of_bursts += second->burst && !second->shifted && !second->crowd &&
			   !second->back && !second->fresh;
}

static void note_attack(struct sim_event *attack, uint32_t state, uint64_t at_s)
{
	if (at_s >= attack->end_s)
		return;
	if (state == ECDN_XDP_STATE_LIMITED && !attack->found) {
		attack->found = true;
		attack->found_s = at_s - attack->start_s;
	}
	if (state != ECDN_XDP_STATE_NORMAL)
		attack->shielded = true;
}

static void note_crowds(struct sim_traffic *traffic, uint64_t at_s)
{
	for (unsigned int i = 0; i < traffic->actives; i++)
		if (traffic->active[i]->kind == SIM_FLASH && at_s < traffic->active[i]->end_s)
			traffic->active[i]->found = true;
}

static void note_second(struct sim_week *week, struct sim_traffic *traffic,
			const struct sim_second *second, uint32_t before, uint32_t state,
			uint64_t at_s)
{
	if (second->attack) {
		note_attack(second->attack, state, at_s);
		return;
	}
	if (state == ECDN_XDP_STATE_SHIELDED && before == ECDN_XDP_STATE_NORMAL)
		week->shields++;
	if (state != ECDN_XDP_STATE_LIMITED)
		return;
	week->hours += 1.0 / 3600;
	if (second->crowd)
		note_crowds(traffic, at_s);
	if (before != ECDN_XDP_STATE_LIMITED)
		note_alarm(week, second);
}

static void run_region(struct sim_world *world, unsigned int place,
		       const struct learn_settings *settings, double prefix_pps,
		       struct sim_score *score)
{
	uint64_t judged_s = world->plan.history * SIM_WEEK, end_s = judged_s + SIM_WEEK;
	struct sim_week between = {};
	struct sim_traffic traffic;
	double hours = score->judged.hours;
	struct sim_node node;

	sim_node_init(&node);
	sim_traffic_begin(&traffic, &world->region[place], world->plan.seed, place, prefix_pps);
	for (uint64_t at_s = 0; at_s < end_s; at_s++) {
		uint32_t before = node.state;
		struct sim_second second;

		sim_traffic_next(&traffic, at_s, &second);
		sim_node_second(&node, settings, SIM_START + at_s, second.pps,
				second.pps - second.heavy_pps);
		note_second(at_s >= judged_s ? &score->judged : at_s < SIM_WEEK ? &score->first :
			    &between, &traffic, &second, before, node.state, at_s);
		if (at_s + 1 == judged_s)
			node.notices = 0;
	}
	score->notices += node.notices;
	if (score->judged.hours - hours > SLOW_HOURS)
		printf("  region %u was limited for %.1f h\n", place, score->judged.hours - hours);
}

static void count_attack(const struct sim_event *event, struct sim_score *score,
			 struct times *times)
{
	unsigned int row = event->size_row;
	bool ramp = event->shape == SIM_RAMP;

	score->attacks[row]++;
	score->found[row] += event->found;
	score->shielded[row] += event->shielded;
	score->ramps[row] += ramp;
	score->ramps_found[row] += ramp && event->found;
	if (!ramp && event->found && event->size >= 3 &&
	    times->count < sizeof(times->at) / sizeof(*times->at))
		times->at[times->count++] = event->found_s;
}

static void count_events(const struct sim_world *world, struct sim_score *score,
			 struct times *times)
{
	uint64_t judged_s = world->plan.history * SIM_WEEK;

	for (unsigned int i = 0; i < world->plan.regions; i++) {
		const struct sim_region *region = &world->region[i];

		for (unsigned int j = 0; j < region->events; j++) {
			const struct sim_event *event = &region->event[j];

			if (event->kind == SIM_ATTACK && event->size_row < SIM_SIZES)
				count_attack(event, score, times);
			if (event->kind == SIM_FLASH && event->start_s >= judged_s) {
				score->crowds++;
				score->crowds_hit += event->found;
			}
		}
	}
}

static int by_size(const void *one, const void *other)
{
	unsigned int a = *(const unsigned int *)one, b = *(const unsigned int *)other;

	return a < b ? -1 : a > b;
}

void sim_score_world(struct sim_world *world, const struct learn_settings *settings,
		     double prefix_pps, struct sim_score *score)
{
	static const unsigned int parts[3] = { 50, 90, 99 };
	static struct times times;

	times.count = 0;
	*score = (struct sim_score){};
	for (unsigned int i = 0; i < world->plan.regions; i++)
		run_region(world, i, settings, prefix_pps, score);
	count_events(world, score, &times);
	qsort(times.at, times.count, sizeof(*times.at), by_size);
	for (unsigned int i = 0; i < 3 && times.count; i++)
		score->seconds[i] = times.at[(times.count - 1) * parts[i] / 100];
}

void sim_score_head(FILE *to)
{
	fprintf(to, "| method | found, %% of attacks of 1.5 2 3 5 10 30 100x | seconds to find, "
		">= 3x, p50/p90/p99 (without ramps) | false: noise (of it bursts of a client) | "
		"after outage, shift, new region, flash crowd | region-hours limited wrongly | "
		"flash crowds hit | first week, cold: false/hours | shielded alone | notices |\n"
		"|---|---|---|---|---|---|---|---|---|---|\n");
}

void sim_score_print(const char *name, const struct sim_score *score, FILE *to)
{
	const struct sim_week *week = &score->judged, *first = &score->first;

	fprintf(to, "| %s |", name);
	for (unsigned int i = 0; i < SIM_SIZES; i++)
		fprintf(to, " %u", score->attacks[i] ? 100 * score->found[i] / score->attacks[i] :
			0);
	fprintf(to, " | %u/%u/%u | %u (%u) | %u %u %u %u | %.2f | %u/%u | %u/%.1f | %u | %u |\n",
		score->seconds[0], score->seconds[1], score->seconds[2], week->noise,
		week->of_bursts, week->back, week->shifted, week->fresh, week->crowd, week->hours,
		score->crowds_hit, score->crowds, first->noise + first->back + first->shifted +
		first->fresh + first->crowd, first->hours, week->shields, score->notices);
}
