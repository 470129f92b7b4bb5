// SPDX-License-Identifier: BSD-2-Clause
/*
 * ping.c - the TC program ping: what it takes to answer, beside the kernel's own stack,
 * and what every packet that is no ping pays for it.
 *
 * Requests go by XDP_REDIRECT into one end of a veth; all that follows, up to the reply's
 * arrival at that end, is done by the same CPU.
 */
#include "bench.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "empty.skel.h"
#include "subject.h"

#define REQUESTS (1 << 18)
#define REPEAT 2000000
#define AIM_NS 5

struct responder {
	const char *name;
	const char *iface;      /* where requests go in and replies come out */
	struct feed_bpf *feeder;
	struct samples samples;
};

static double ask(struct responder *responder, unsigned int count)
{
	return run_live(bpf_program__fd(responder->feeder->progs.send_request),
			responder->feeder->bss->request, sizeof(responder->feeder->bss->request),
			count);
}

/* All are answered, or what was measured is something else. */
static void check(struct responder *responder)
{
	uint64_t replies = frames_received(responder->iface);

	ask(responder, REQUESTS);
	replies = frames_received(responder->iface) - replies;
	if (replies >= REQUESTS * 0.99 && replies <= REQUESTS * 1.01)
		return;
	fprintf(stderr, "bench: %s: of %d pings %lu were answered\n", responder->name, REQUESTS,
		replies);
	exit(1);
}

/* Without an interface there is nobody to answer. */
static void responder_open(struct responder *responder, const uint32_t *sources)
{
	unsigned int ifindex = responder->iface ? if_nametoindex(responder->iface) : 0;

	need(ifindex || !responder->iface, responder->iface);
	responder->feeder = feeder_open(ifindex);
	memcpy(responder->feeder->bss->source_v4, sources, POPULATION * sizeof(*sources));
	frame_echo(responder->feeder->bss->request);
	ask(responder, REQUESTS);
	if (ifindex)
		check(responder);
}

static void print(const struct responder *stack, const struct responder *ping,
		  const struct responder *nobody)
{
	const char *sources = "1024 nodes", *per_second = "pings answered by one CPU";
	const char *net = "CPU time per ping, net of sending it";
	double stack_ns = samples_median(&stack->samples), ping_ns = samples_median(&ping->samples);
	double sending_ns = samples_median(&nobody->samples);

	row(per_second, stack->name, sources, 1e6 / stack_ns, "k/s", 0, "", "");
	row(per_second, ping->name, sources, 1e6 / ping_ns, "k/s", stack_ns / ping_ns, stack->name,
	    "");
	row("CPU time per ping", stack->name, sources, stack_ns, "ns", 0, "", "");
	row("CPU time per ping", ping->name, sources, ping_ns, "ns", ping_ns / stack_ns,
	    stack->name, "");
	row(net, nobody->name, sources, sending_ns, "ns", 0, "", "");
	row(net, stack->name, sources, stack_ns - sending_ns, "ns", 0, "", "");
	row(net, ping->name, sources, ping_ns - sending_ns, "ns",
	    (ping_ns - sending_ns) / (stack_ns - sending_ns), stack->name, "");
}

/* The nodes must be drawn before anything else is: the list that was loaded has the first. */
static void compare(const struct world *world, const char *stack_iface, const char *ping_iface)
{
	static uint32_t sources[POPULATION];
	struct responder responder[] = {
		{ .name = "the kernel's own stack", .iface = stack_iface },
		{ .name = "ping", .iface = ping_iface },
		{ .name = "sending alone" },
	};

	population_v4(&world->set, SOURCES_HOT, sources);
	for (unsigned int i = 0; i < 3; i++)
		responder_open(&responder[i], sources);
	for (unsigned int round = 0; round < ROUNDS; round++)
		for (unsigned int i = 0; i < 3; i++) {
			ask(&responder[i], REQUESTS / 4);
			samples_add(&responder[i].samples, ask(&responder[i], REQUESTS));
		}
	print(&responder[0], &responder[1], &responder[2]);
}

static void measure_cost(const char *family, int ping, int empty, const uint8_t *frame,
			 unsigned int length)
{
	struct samples samples = {};
	double ns;

	for (unsigned int round = 0; round < ROUNDS; round++)
		samples_add(&samples, run_program(ping, frame, length, REPEAT) -
				      run_program(empty, frame, length, REPEAT));
	ns = samples_median(&samples);
	row("ping's cost for what is no ping", "a TCP packet, above an empty program", family, ns,
	    "ns", ns / AIM_NS, "the aim of 5 ns", "<=1");
}

static void measure_costs(const char *pins)
{
	struct empty_bpf *empty = empty_bpf__open_and_load();
	char path[256];
	uint8_t frame[78];
	unsigned int length;
	int ping;

	snprintf(path, sizeof(path), "%s/prog/ping", pins);
	ping = bpf_obj_get(path);
	need(ping >= 0, path);
	need(empty, "load the empty programs");
	length = frame_v4(frame);
	measure_cost("IPv4", ping, bpf_program__fd(empty->progs.empty_tc), frame, length);
	length = frame_v6(frame);
	measure_cost("IPv6", ping, bpf_program__fd(empty->progs.empty_tc), frame, length);
	empty_bpf__destroy(empty);
}

void bench_ping(const struct world *world, char **what)
{
	measure_costs(what[2]);
	compare(world, what[0], what[1]);
}
