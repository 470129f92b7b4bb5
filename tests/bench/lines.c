// SPDX-License-Identifier: BSD-2-Clause
/*
 * lines.c - how many lines of 64 bytes the guard's program touches for a packet, as counted by
 * its build for the host, and how often they would not be in this CPU's caches if nothing else
 * ran there. Regions' counters of that build must be the loaded program's, or what was counted
 * is something else.
 */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "cache.h"
#include "guard/counts.h"
#include "host.h"
#include "subject.h"

#define LINES_MAX 64            /* of a packet: more end the benchmark */
#define WARM (POPULATION / 4)
#define JIFFY_NS 4000000        /* HZ=250 */

/* How dense packets are decides whether the program samples, and how often it hands over. */
static const struct pace {
	const char *name;
	unsigned int jiffy_packets;
} paces[] = {
	{ "exact accounting", 200000 / 250 },      /* packets/s of a CPU / HZ */
	{ "sampled accounting", 4000000 / 250 },
};

static struct host host;

static struct {
	struct cache l1, l2;
	uintptr_t line[LINES_MAX];      /* of the present packet ... */
	unsigned int count, frame;      /* ... how many, and how many of these are the frame's */
	uint64_t packets, l1_missed, l2_missed;
	uint64_t by_area[HOST_AREAS_MAX];
	uint64_t of_count[LINES_MAX + 1]; /* how many packets touched so many lines */
} seen;

static void touched(void *context, unsigned int area, uintptr_t line)
{
	(void)context;
	if (seen.l1.sets && !cache_hit(&seen.l1, line)) {
		seen.l1_missed++;
		seen.l2_missed += seen.l2.sets && !cache_hit(&seen.l2, line);
	}
	for (unsigned int i = 0; i < seen.count; i++)
		if (seen.line[i] == line)
			return;
	need(seen.count < LINES_MAX, "count so many lines of a packet");
	seen.line[seen.count++] = line;
	seen.by_area[area]++;
	seen.frame += area == 0;
}

static void forget(void)
{
	seen.packets = seen.l1_missed = seen.l2_missed = 0;
	memset(seen.by_area, 0, sizeof(seen.by_area));
	memset(seen.of_count, 0, sizeof(seen.of_count));
}

/* The sources that the feeder feeds, which it writes into the same frame. */
static void run_on_host(struct feed_bpf *feeder, int family, const struct pace *pace)
{
	uint8_t frame[78];
	unsigned int length = family == 4 ? frame_v4(frame) : frame_v6(frame);

	forget();
	for (unsigned int i = 0; i < POPULATION; i++) {
		if (family == 4)
			memcpy(frame + 14 + 12, &feeder->bss->source_v4[i], 4);
		else
			memcpy(frame + 14 + 8, feeder->bss->source_v6[i], 16);
		if (i % pace->jiffy_packets == 0) {
			host.jiffies++;
			host.now_ns += JIFFY_NS;
		}
		if (i == WARM)
			forget();
		seen.count = seen.frame = 0;
		host_run(frame, length);
		seen.packets++;
		seen.of_count[seen.count - seen.frame]++;
	}
}

static unsigned int median_count(void)
{
	uint64_t below = 0;
	unsigned int count = 0;

	while (count < LINES_MAX && (below += seen.of_count[count]) * 2 < seen.packets)
		count++;
	return count;
}

static double per_packet(uint64_t sum)
{
	return (double)sum / seen.packets;
}

/* Area 0 is the frame. */
static void print_areas(const char *section, const char *sources)
{
	printf("%s\t%s, by map:", section, sources);
	for (unsigned int i = 1; i < host.areas; i++)
		if (per_packet(seen.by_area[i]) >= 0.005)
			printf(" %s %.2f", host.area[i].name, per_packet(seen.by_area[i]));
	printf("; frame %.2f\t\t\t\t\t\t\n", per_packet(seen.by_area[0]));
}

static void print(const char *sources, const char *pace)
{
	char section[96];
	uint64_t sum = 0;

	snprintf(section, sizeof(section), "cache lines a packet, counted in user space, %s", pace);
	for (unsigned int i = 1; i < host.areas; i++)
		sum += seen.by_area[i];
	row(section, "touched, median", sources, median_count(), "lines", 0, "", "");
	row(section, "touched, mean", sources, per_packet(sum), "lines", 0, "", "");
	print_areas(section, sources);
	if (seen.l1.sets)
		row(section, "not in L1d, mean", sources, per_packet(seen.l1_missed), "lines", 0,
		    "", "");
	if (seen.l2.sets)
		row(section, "not in L2, mean", sources, per_packet(seen.l2_missed), "lines", 0,
		    "", "");
}

static void count_by(const struct mapped *rows, struct region_counts *counts)
{
	for (uint32_t region = 0; region < ECDN_XDP_REGIONS_DEFAULT; region++)
		counts_of_region(rows, ECDN_XDP_REGIONS_DEFAULT, region, &counts[region]);
}

static void check(const struct subject *subject)
{
	static struct region_counts kernels[ECDN_XDP_REGIONS_DEFAULT];
	static struct region_counts hosts[ECDN_XDP_REGIONS_DEFAULT];
	const struct host_area *area = host_area_named(&host, "region_cpu");
	struct mapped rows = { .at = area->at, .bytes = area->stride * area->entries,
			       .entries = area->entries };
	const char *section = "regions' counters, in user space against the kernel";
	uint64_t packets = 0, regions = 0;

	count_by(&rows, hosts);
	need(!mapped_open(&rows, bpf_map__fd(subject->guard->maps.region_cpu), "region_cpu",
			  sizeof(struct ecdn_xdp_region_cpu)), "map the counters");
	count_by(&rows, kernels);
	mapped_close(&rows);
	for (uint32_t i = 0; i < ECDN_XDP_REGIONS_DEFAULT; i++) {
		packets += kernels[i].packets;
		regions += kernels[i].packets > 0;
		if (!memcmp(&kernels[i], &hosts[i], sizeof(*hosts)))
			continue;
		fprintf(stderr, "bench: region %u has %" PRIu64 " packets in user space, %" PRIu64
			" in the kernel\n", i, (uint64_t)hosts[i].packets,
			(uint64_t)kernels[i].packets);
		exit(1);
	}
	row(section, "the same counts", "all of the above", packets / 1e6, "M packets", 0, "", "");
	row(section, "in so many regions", "all of the above", regions, "regions", 0, "", "");
}

static void run_in_kernel(struct feed_bpf *feeder, int family)
{
	uint8_t frame[78];
	unsigned int length = family == 4 ? frame_v4(frame) : frame_v6(frame);
	const struct bpf_program *program = family == 4 ? feeder->progs.feed_v4 :
							   feeder->progs.feed_v6;

	feeder->bss->next_source = 0;
	run_program(bpf_program__fd(program), frame, length, POPULATION);
}

void bench_lines(const struct world *world)
{
	static const enum population kinds[] = { SOURCES_REAL, SOURCES_SPOOFED, SOURCES_HOT };
	struct feed_bpf *feeder = feeder_open(0);
	struct subject subject;

	subject_open(&subject, ECDN_XDP_REGIONS_DEFAULT, &world->set, &limits_idle);
	feeder_aim(feeder, bpf_program__fd(subject.guard->progs.guard));
	host_open(&host, subject.guard->obj);
	host_trace(touched, NULL);
	cache_open(&seen.l1, _SC_LEVEL1_DCACHE_SIZE);
	cache_open(&seen.l2, _SC_LEVEL2_CACHE_SIZE);
	for (size_t pace = 0; pace < sizeof(paces) / sizeof(*paces); pace++)
		for (unsigned int i = 0; i < 6; i++) {
			int family = i < 3 ? 4 : 6;
			char sources[32];

			snprintf(sources, sizeof(sources), "IPv%d, %s", family,
				 population_name(kinds[i % 3]));
			feeder_sources(feeder, world, family, kinds[i % 3]);
			run_on_host(feeder, family, &paces[pace]);
			print(sources, paces[pace].name);
			run_in_kernel(feeder, family);
		}
	check(&subject);
	cache_close(&seen.l2);
	cache_close(&seen.l1);
	host_close(&host);
	feed_bpf__destroy(feeder);
	subject_close(&subject);
}
