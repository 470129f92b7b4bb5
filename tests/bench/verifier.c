// SPDX-License-Identifier: BSD-2-Clause
/*
 * verifier.c - what the kernel does to load each program: instructions that its verifier follows
 * on all paths, and the time, with that for the maps.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "guard.skel.h"
#include "ping.skel.h"
#include "proven.skel.h"
#include "publish.skel.h"
#include "regions.skel.h"
#include "steer.skel.h"
#include "guard/guard_program.h"

#define LOG_STATISTICS 4        /* BPF_LOG_STATS of the kernel's own headers */
#define INSTRUCTIONS_AIM 60000
#define LOAD_AIM_MS 100

static struct bpf_object *open_guard(void)
{
	struct guard_bpf *guard;

	need(!guard_program_open(&guard, ECDN_XDP_REGIONS_DEFAULT), "open the guard");
	return guard->obj;
}

static struct bpf_object *open_steer(void)
{
	struct steer_bpf *steer = steer_bpf__open();

	need(steer, "open steer");
	return steer->obj;
}

static struct bpf_object *open_ping(void)
{
	struct ping_bpf *ping = ping_bpf__open();

	need(ping, "open ping");
	return ping->obj;
}

static struct bpf_object *open_publish(void)
{
	struct publish_bpf *publish = publish_bpf__open();

	need(publish, "open publish");
	return publish->obj;
}

static struct bpf_object *open_proven(void)
{
	struct proven_bpf *proven = proven_bpf__open();

	need(proven, "open proven");
	return proven->obj;
}

static struct bpf_object *open_regions(void)
{
	struct regions_bpf *regions = regions_bpf__open();

	need(regions, "open regions");
	return regions->obj;
}

static unsigned int verified_instructions(struct bpf_object *object)
{
	struct bpf_program *program = bpf_object__next_program(object, NULL);
	static char log[65536];
	unsigned int count;
	const char *found;

	*log = 0;
	need(!bpf_program__set_log_level(program, LOG_STATISTICS) &&
	     !bpf_program__set_log_buf(program, log, sizeof(log)), "ask for the verifier's log");
	need(!bpf_object__load(object), "load a program");
	found = strstr(log, "processed ");
	need(found && sscanf(found, "processed %u insns", &count) == 1, "read the verifier's log");
	bpf_object__close(object);
	return count;
}

static double load_ms(struct bpf_object *object)
{
	double start = wall_ms();

	need(!bpf_object__load(object), "load a program");
	start = wall_ms() - start;
	bpf_object__close(object);
	return start;
}

/* Of the skeletons the objects alone are closed. */
void bench_verifier(const struct world *world)
{
	static const struct {
		const char *name;
		struct bpf_object *(*open)(void);
		bool aim;
	} program[] = {
		{ "guard", open_guard, true }, { "steer", open_steer, false },
		{ "ping", open_ping, false }, { "publish", open_publish, false },
		{ "proven", open_proven, false }, { "regions", open_regions, false },
	};

	(void)world;
	for (size_t i = 0; i < sizeof(program) / sizeof(*program); i++) {
		double count = verified_instructions(program[i].open());
		struct samples load = {};
		const char *aim = program[i].aim ? "<=1" : "";
		double ms;

		for (unsigned int round = 0; round < ROUNDS; round++)
			samples_add(&load, load_ms(program[i].open()));
		ms = samples_median(&load);
		row("verifier", "instructions followed", program[i].name, count / 1000, "thousand",
		    program[i].aim ? count / INSTRUCTIONS_AIM : 0, "60 thousand", aim);
		row("verifier", "load, with new maps", program[i].name, ms, "ms",
		    program[i].aim ? ms / LOAD_AIM_MS : 0, "100 ms", aim);
	}
}
