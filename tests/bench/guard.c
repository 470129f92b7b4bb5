// SPDX-License-Identifier: BSD-2-Clause
/*
 * guard.c - the guard's program, net of what an empty one costs: step by step,
 * and with more and more of what it should not mind.
 */
#include "bench.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <bpf/bpf.h>

#include "subject.h"

#define ALLOWED 100
#define STEPS 6

static struct feed_bpf *feeder;

/* Medians of some subjects' cost under the same sources, an empty program's deducted. */
static void measure(struct subject *subject, unsigned int count, int family, double *net)
{
	int empty = bpf_program__fd(feeder->progs.drop);
	struct samples samples[8] = {};

	need(count <= 8, "compare so many");
	for (unsigned int i = 0; i < count; i++) {
		feeder_aim(feeder, bpf_program__fd(subject[i].guard->progs.guard));
		feeder_run(feeder, family);
	}
	for (unsigned int round = 0; round < ROUNDS; round++) {
		double base;

		feeder_aim(feeder, empty);
		base = feeder_run(feeder, family);
		for (unsigned int i = 0; i < count; i++) {
			feeder_aim(feeder, bpf_program__fd(subject[i].guard->progs.guard));
			samples_add(&samples[i], feeder_run(feeder, family) - base);
		}
	}
	for (unsigned int i = 0; i < count; i++)
		net[i] = samples_median(&samples[i]);
}

static void trust_some(struct subject *subject)
{
	struct cidr prefix[ALLOWED] = {};

	for (unsigned int i = 0; i < ALLOWED; i++) {
		prefix[i].addr.family = AF_INET;
		prefix[i].addr.bits = (addr_bits)(0xc6130000 | i << 8) << 96; /* 198.19.0.0/16 */
		prefix[i].length = 24;
	}
	subject_trust(subject, prefix, ALLOWED);
}

static void trust_many(const struct world *world, struct subject *subject)
{
	static struct cidr prefix[TRUSTED];

	trusted_prefixes(&world->set, prefix);
	subject_trust(subject, prefix, TRUSTED);
}

/* The feeder is the same for all, made when first asked for. */
static void need_feeder(void)
{
	if (!feeder)
		feeder = feeder_open(0);
}

static void steps(const struct world *world, unsigned int count)
{
	static const struct {
		const char *name;
		const struct ecdn_xdp_limits *limits;
	} step[STEPS] = {
		{ "normal", &limits_idle },
		{ "limited: dropped by prefix_pps", &limits_exceeded },
		{ "blocked", &limits_blocked },
		{ "blocked, monitor", &limits_blocked },
		{ "normal, 100 prefixes trusted", &limits_idle },
		{ "normal, 100,000 prefixes trusted", &limits_idle },
	};
	static const enum population kinds[] = { SOURCES_HOT, SOURCES_REAL, SOURCES_SPOOFED };
	struct subject subject[STEPS] = {};
	double net[STEPS];

	need_feeder();
	for (unsigned int i = 0; i < count; i++)
		subject_open(&subject[i], ECDN_XDP_REGIONS_DEFAULT, &world->set, step[i].limits);
	if (count == STEPS) {
		subject[3].config.monitor = 1;
		subject_configure(&subject[3]);
		trust_some(&subject[4]);
		trust_many(world, &subject[5]);
	}
	for (int family = 4; family <= 6; family += 2)
		for (unsigned int k = 0; k < 3; k++) {
			char sources[32];

			snprintf(sources, sizeof(sources), "IPv%d, %s", family,
				 population_name(kinds[k]));
			feeder_sources(feeder, world, family, kinds[k]);
			measure(subject, count, family, net);
			for (unsigned int i = 0; i < count; i++)
				row("guard's program, net", step[i].name, sources, net[i], "ns",
				    i ? net[i] / net[0] : 0, step[0].name, "");
		}
	for (unsigned int i = 0; i < count; i++)
		subject_close(&subject[i]);
}

void bench_steps(const struct world *world)
{
	steps(world, STEPS);
}

void bench_program(const struct world *world)
{
	steps(world, 1);
}

static void grow(const struct world *world, const char *what, struct subject *subject,
		 const char *const *names, unsigned int count)
{
	double net[8];

	for (enum population kind = SOURCES_REAL; kind <= SOURCES_HOT; kind++) {
		feeder_sources(feeder, world, 4, kind);
		measure(subject, count, 4, net);
		for (unsigned int i = 0; i < count; i++)
			row(what, names[i], population_name(kind), net[i], "ns",
			    i ? net[i] / net[0] : 0, names[0], "");
	}
}

static void grow_ranges(const struct world *world)
{
	static const size_t ranges[] = { 10, 10000, 660000 };
	static const char *const names[] = { "10 ranges", "10k ranges", "660k ranges" };
	struct subject subject[3] = {};

	for (unsigned int i = 0; i < 3; i++) {
		struct range_set set;

		world_thin(world, ranges[i], 0, &set);
		subject_open(&subject[i], ECDN_XDP_REGIONS_DEFAULT, i < 2 ? &set : &world->set,
			     &limits_idle);
		range_set_free(&set);
	}
	grow(world, "guard's program by ranges, net", subject, names, 3);
	for (unsigned int i = 0; i < 3; i++)
		subject_close(&subject[i]);
}

static void grow_regions(const struct world *world)
{
	static const unsigned int regions[] = { 2, 260, 4000 };
	static const char *const names[] = { "2 regions", "260 regions", "4000 regions" };
	struct subject subject[3] = {};

	for (unsigned int i = 0; i < 3; i++) {
		struct range_set set;

		world_thin(world, SIZE_MAX / 2, regions[i], &set);
		subject_open(&subject[i], ECDN_XDP_REGIONS_DEFAULT, &set, &limits_idle);
		range_set_free(&set);
	}
	grow(world, "guard's program by regions, net", subject, names, 3);
	for (unsigned int i = 0; i < 3; i++)
		subject_close(&subject[i]);
}

static void grow_sources(const struct world *world)
{
	static const struct {
		enum population kind;
		const char *name;
	} step[] = {
		{ SOURCES_ONE, "1 source" }, { SOURCES_HOT, "1k sources" },
		{ SOURCES_LISTED, "10k sources" }, { SOURCES_REAL, "1M sources" },
		{ SOURCES_SPOOFED, "1M sources" },
	};
	struct subject subject = {};
	double net, first = 0;

	subject_open(&subject, ECDN_XDP_REGIONS_DEFAULT, &world->set, &limits_idle);
	for (unsigned int i = 0; i < sizeof(step) / sizeof(*step); i++) {
		feeder_sources(feeder, world, 4, step[i].kind);
		measure(&subject, 1, 4, &net);
		row("guard's program by sources, net", step[i].name,
		    step[i].kind == SOURCES_SPOOFED ? "spoofed" : "real", net, "ns",
		    i ? net / first : 0, step[0].name, "");
		first = i ? first : net;
	}
	subject_close(&subject);
}

void bench_growth(const struct world *world)
{
	need_feeder();
	grow_ranges(world);
	grow_regions(world);
	grow_sources(world);
}

struct runner {
	unsigned int cpu;
	const struct subject *subject;
	struct feed_bpf *feeder;
	pthread_barrier_t *barrier;
	struct samples samples;
};

static void *run_rounds(void *data)
{
	struct runner *runner = data;

	need(pin_to(runner->cpu), "use two CPUs");
	for (unsigned int i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(runner->barrier);
		samples_add(&runner->samples, feeder_run(runner->feeder, 4));
	}
	return NULL;
}

static double run_together(struct runner *runner, unsigned int count)
{
	pthread_barrier_t barrier;
	pthread_t thread[2];
	double sum = 0;

	pthread_barrier_init(&barrier, NULL, count);
	for (unsigned int i = 0; i < count; i++) {
		runner[i].barrier = &barrier;
		runner[i].samples.count = 0;
		need(!pthread_create(&thread[i], NULL, run_rounds, &runner[i]), "start a thread");
	}
	for (unsigned int i = 0; i < count; i++) {
		pthread_join(thread[i], NULL);
		sum += samples_median(&runner[i].samples);
	}
	pthread_barrier_destroy(&barrier);
	return sum / count;
}

/* Two CPUs in one region, and in one set of prefixes: nothing written is shared. */
static void scale(const struct world *world, const char *name, const struct range_set *set,
		  const struct ecdn_xdp_limits *limits)
{
	struct runner runner[2] = {};
	struct subject subject = {};
	double one, both;

	subject_open(&subject, ECDN_XDP_REGIONS_DEFAULT, set, limits);
	for (unsigned int i = 0; i < 2; i++) {
		runner[i].cpu = i;
		runner[i].subject = &subject;
		runner[i].feeder = feeder_open(0);
		feeder_aim(runner[i].feeder, bpf_program__fd(subject.guard->progs.guard));
		population_v4(&world->set, SOURCES_HOT, runner[i].feeder->bss->source_v4);
	}
	one = run_together(runner, 1);
	both = run_together(runner, 2);
	row("two CPUs in one region, with feeder", name, "one CPU", one, "ns", 0, "", "");
	row("two CPUs in one region, with feeder", name, "each of two", both, "ns", both / one,
	    "one CPU", "");
	for (unsigned int i = 0; i < 2; i++)
		feed_bpf__destroy(runner[i].feeder);
	subject_close(&subject);
}

void bench_scale(const struct world *world)
{
	struct range_set set;

	if (!pin_to(1)) {
		row("two CPUs in one region, with feeder", "not measured: one CPU", "", 0, "", 0,
		    "", "");
		return;
	}
	world_thin(world, SIZE_MAX / 2, 1, &set);
	scale(world, "normal", &set, &limits_idle);
	scale(world, "limited", &set, &limits_exceeded);
	range_set_free(&set);
	pin_to(0);
}

