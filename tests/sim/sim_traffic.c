// SPDX-License-Identifier: BSD-2-Clause
#include "sim_traffic.h"

#define BURST_EVERY_S 600.0     /* of each region */
#define BURST_LASTS_S 20.0
#define BURST_LEAST 23.0        /* packets/s; Pareto */
#define BURST_EXPONENT 1.25
#define BURST_MOST 60000.0
#define CLUMP 30.0              /* packets that come together */
#define RETURN_S 300.0          /* in which what waited for the end of an outage ebbs away */
#define AFTER_S 60              /* in which an alarm still belongs to a crowd or an attack */
#define BACK_S 1800             /* ... to the end of an outage */
#define RAMP_S 300.0

static const struct noise {
	uint64_t every_s;
	double keeps, deviation;
} noises[3] = {
	{ 6, 0.7, 0.04 }, { 300, 0.8, 0.05 }, { 10800, 0.7, 0.08 },
};

#define DAY_DEVIATION 0.06

void sim_traffic_begin(struct sim_traffic *traffic, struct sim_region *region, uint64_t seed,
		       unsigned int place, double prefix_pps)
{
	*traffic = (struct sim_traffic){ .region = region, .prefix_pps = prefix_pps,
					 .random = sim_random_new(seed, place) };
	traffic->next_burst_s = sim_random_wait(&traffic->random, BURST_EVERY_S);
}

static void change_noise(struct sim_traffic *traffic, uint64_t at_s)
{
	double noise = traffic->level;

	if (at_s % SIM_DAY == 0)
		noise = traffic->level = DAY_DEVIATION * sim_random_normal(&traffic->random);
	for (unsigned int i = 0; i < 3; i++) {
		const struct noise *of = &noises[i];
		double fresh = of->deviation * sqrt(1 - of->keeps * of->keeps);

		if (at_s % of->every_s == 0)
			traffic->slow[i] = of->keeps * traffic->slow[i] +
					   fresh * sim_random_normal(&traffic->random);
		noise += traffic->slow[i];
	}
	traffic->usual = sim_world_usual(traffic->region, at_s) * exp(noise);
}

static double flash(const struct sim_event *event, uint64_t at_s)
{
	double since = (double)(at_s - event->start_s), left = (double)event->end_s - (double)at_s;

	double whole = (double)(event->end_s - event->start_s);

	/* It rises for a quarter of its time and ebbs away for half of it. */
	return 1 + (event->size - 1) * fmin(1, fmin(4 * since, 2 * fmax(left, 0)) / whole);
}

static double outage(const struct sim_event *event, uint64_t at_s)
{
	if (at_s < event->end_s)
		return 0.02;
	return 1 + (event->size - 1) * exp(-(double)(at_s - event->end_s) / RETURN_S);
}

/* The share of its size that an attack has. */
static double attack(const struct sim_event *event, uint64_t at_s)
{
	uint64_t since = at_s - event->start_s;

	if (at_s >= event->end_s)
		return 0;
	switch (event->shape) {
	case SIM_RAMP:
		return fmin(1, (double)since / RAMP_S);
	case SIM_PULSES:
		return since % 60 < 20;
	case SIM_BLIPS:
		return since % 60 < 5;
	default:
		return 1;
	}
}

static uint64_t over_s(const struct sim_event *event)
{
	return event->end_s + (event->kind == SIM_OUTAGE ? BACK_S : AFTER_S);
}

static void follow_events(struct sim_traffic *traffic, uint64_t at_s)
{
	struct sim_region *region = traffic->region;
	unsigned int kept = 0;

	for (unsigned int i = 0; i < traffic->actives; i++)
		if (at_s < over_s(traffic->active[i]))
			traffic->active[kept++] = traffic->active[i];
	traffic->actives = kept;
	while (traffic->next_event < region->events &&
	       region->event[traffic->next_event].start_s <= at_s && kept < SIM_ACTIVE)
		traffic->active[kept++] = &region->event[traffic->next_event++];
	traffic->actives = kept;
}

static double bursts(struct sim_traffic *traffic, uint64_t at_s, struct sim_second *second)
{
	double pps = 0;

	if ((double)at_s >= traffic->next_burst_s) {
		unsigned int place = sim_random_next(&traffic->random) % SIM_BURSTS;

		traffic->burst[place].pps =
			fmin(sim_random_pareto(&traffic->random, BURST_LEAST, BURST_EXPONENT),
			     BURST_MOST);
		traffic->burst[place].end_s = at_s + 1 +
			(uint64_t)sim_random_wait(&traffic->random, BURST_LASTS_S);
		traffic->next_burst_s += sim_random_wait(&traffic->random, BURST_EVERY_S);
	}
	for (unsigned int i = 0; i < SIM_BURSTS; i++) {
		if (at_s >= traffic->burst[i].end_s)
			continue;
		pps += traffic->burst[i].pps;
		second->heavy_pps += fmax(0, traffic->burst[i].pps - traffic->prefix_pps);
		second->burst |= traffic->burst[i].pps > 5000;
	}
	return pps;
}

static void take_event(struct sim_event *event, uint64_t at_s, double *factor,
		       struct sim_second *second)
{
	switch (event->kind) {
	case SIM_FLASH:
		*factor *= flash(event, at_s);
		second->crowd = true;
		break;
	case SIM_OUTAGE:
		*factor *= outage(event, at_s);
		second->back = true;
		break;
	case SIM_SHIFT:
		*factor *= event->size;
		second->shifted = true;
		break;
	case SIM_NEW:
		second->fresh = true;
		break;
	case SIM_ATTACK:
		second->attack = event;
		break;
	}
}

/* A region that is new had nothing before. */
static bool is_silent(const struct sim_traffic *traffic, uint64_t at_s)
{
	const struct sim_region *region = traffic->region;

	for (unsigned int i = 0; i < region->events; i++)
		if (region->event[i].kind == SIM_NEW && at_s < region->event[i].start_s)
			return true;
	return false;
}

void sim_traffic_next(struct sim_traffic *traffic, uint64_t at_s, struct sim_second *second)
{
	double factor = 1, clean, added = 0;

	*second = (struct sim_second){};
	if (at_s % 6 == 0) {
		change_noise(traffic, at_s);
		if (is_silent(traffic, at_s))
			traffic->usual = 0;
	}
	follow_events(traffic, at_s);
	for (unsigned int i = 0; i < traffic->actives; i++)
		take_event(traffic->active[i], at_s, &factor, second);
	clean = traffic->usual * factor;
	clean = fmax(0, clean + sqrt(clean * CLUMP) * sim_random_normal(&traffic->random));
	if (second->attack) {
		added = clean * (second->attack->size - 1) * attack(second->attack, at_s);
		second->heavy_pps += fmax(0, added - second->attack->sources *
						     traffic->prefix_pps);
	}
	second->pps = clean + added + (traffic->usual > 0 ? bursts(traffic, at_s, second) : 0);
	if (second->heavy_pps > second->pps)
		second->heavy_pps = second->pps;
}
