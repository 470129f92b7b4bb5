// SPDX-License-Identifier: BSD-2-Clause
/*
 * capture.c - what a packet costs that is dropped, while nobody captures and while somebody does.
 */
#include "bench.h"

#include <stdio.h>

#include "kernel/perf_ring.h"
#include "subject.h"

#define RATE 100                /* packets/s, as `ecdn-xdp capture` has it unless told */
#define JIFFIES 250             /* a second; with another HZ as many times that rate */
#define RING_PAGES 64

static int ignore(const void *data, size_t size, void *context)
{
	(void)data;
	(void)size;
	++*(unsigned int *)context;
	return 0;
}

static double run_with(struct feed_bpf *feeder, struct subject *subject, int family, bool on)
{
	subject->config.capture = on ? UINT32_MAX : 0;
	subject_configure(subject);
	return feeder_run(feeder, family);
}

/* Off, on, on, off: what drifts in one direction does not count. An empty program's time is
 * deducted. */
static void measure(struct feed_bpf *feeder, struct subject *subject, int family,
		    const char *sources)
{
	struct samples off = {}, on = {};

	for (unsigned int round = 0; round < ROUNDS; round++) {
		double base, one, other;

		feeder_aim(feeder, bpf_program__fd(feeder->progs.drop));
		base = feeder_run(feeder, family);
		feeder_aim(feeder, bpf_program__fd(subject->guard->progs.guard));
		one = run_with(feeder, subject, family, false);
		other = run_with(feeder, subject, family, true);
		other += run_with(feeder, subject, family, true);
		one += run_with(feeder, subject, family, false);
		samples_add(&off, one / 2 - base);
		samples_add(&on, other / 2 - base);
	}
	row("a dropped packet, guard's program, net", "nobody captures", sources,
	    samples_median(&off), "ns", 0, "", "");
	row("a dropped packet, guard's program, net", "captured, 100/s", sources,
	    samples_median(&on), "ns", samples_median(&on) / samples_median(&off),
	    "nobody captures", "");
}

void bench_capture(const struct world *world)
{
	static const enum population kinds[] = { SOURCES_HOT, SOURCES_REAL };
	const struct ecdn_xdp_capture_rule rule = {
		.region = ~0U,
		.reasons = (1U << ECDN_XDP_DROP_MAX) - 1,
		.snap_bytes = 128,
		.per_jiffy_q16 = RATE * 65536 / JIFFIES,
	};
	struct feed_bpf *feeder = feeder_open(0);
	struct subject subject = {};
	unsigned int taken = 0;
	struct perf_ring *ring;

	subject_open(&subject, ECDN_XDP_REGIONS_DEFAULT, &world->set, &limits_blocked);
	map_put(bpf_map__fd(subject.guard->maps.capture_rule), 0, &rule);
	need(!perf_ring_open(&ring, bpf_map__fd(subject.guard->maps.capture_packets),
			     "capture_packets", RING_PAGES, ignore, &taken), "open rings");
	for (unsigned int k = 0; k < 2; k++) {
		char sources[32];

		snprintf(sources, sizeof(sources), "IPv4, %s", population_name(kinds[k]));
		feeder_sources(feeder, world, 4, kinds[k]);
		measure(feeder, &subject, 4, sources);
	}
	need(!perf_ring_read(ring) && taken, "have packets captured");
	perf_ring_close(ring);
	subject_close(&subject);
	feed_bpf__destroy(feeder);
}
