// SPDX-License-Identifier: BSD-2-Clause
/*
 * live.c - whatever sits at the far end of a veth, under live frames: XDP or
 * not. All is done by one CPU, the generator included: XDP_REDIRECT into one end
 * runs the other end's receive loop on the same CPU.
 */
#include "bench.h"
#include "drops.h"
#include "guard/counts.h"
#include "guard/guard_maps.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "subject.h"

#define TARGETS_MAX 16
#define FRAMES (1 << 19)

/* Part of the name of a guard that has a table of few ranges. */
#define FEW "10 ranges"

/* NAME:IFACE:PEER:SOURCES[:PIN]. PIN: the guard's pins, or the deny list to fill. */
struct target {
	char name[64], iface[IF_NAMESIZE], peer[IF_NAMESIZE], sources[16], pin[96];
	enum population kind;
	struct feed_bpf *feeder;
	struct samples samples;
};

static struct target target[TARGETS_MAX];

static bool is_guard(const struct target *to)
{
	return *to->pin && to->kind != SOURCES_LISTED;
}

static uint64_t dropped_by_guard(const char *dir)
{
	struct region_counts counts;
	struct guard_maps maps;
	struct mapped rows;
	uint64_t sum = 0;
	struct pins pins;

	need(!pins_init(&pins, dir) && !guard_maps_open(&maps, &pins), "open the guard's pins");
	need(!mapped_open(&rows, maps.region_cpu, "region_cpu",
			  sizeof(struct ecdn_xdp_region_cpu)), "map the counters");
	for (uint32_t region = 0; region < ECDN_XDP_REGIONS_DEFAULT; region++) {
		counts_of_region(&rows, ECDN_XDP_REGIONS_DEFAULT, region, &counts);
		sum += drops_sum(&counts.dropped).packets;
	}
	mapped_close(&rows);
	guard_maps_close(&maps);
	return sum;
}

/* Copies the value of the list's one entry to all sources: what the filter wrote itself. */
static void fill_list(const char *path, const uint32_t *source)
{
	static uint64_t value[256];
	int fd = bpf_obj_get(path);
	uint32_t key;

	need(fd >= 0, path);
	need(!bpf_map_get_next_key(fd, NULL, &key) && !bpf_map_lookup_elem(fd, &key, value) &&
	     !bpf_map_delete_elem(fd, &key), "read the deny list");
	for (unsigned int i = 0; i < LISTED; i++)
		need(!bpf_map_update_elem(fd, &source[i], value, BPF_ANY), "fill the deny list");
	close(fd);
}

static void open_target(struct target *to, const char *text, const struct world *world)
{
	unsigned int ifindex;

	need(sscanf(text, "%63[^:]:%15[^:]:%15[^:]:%15[^:]:%95s", to->name, to->iface, to->peer,
		    to->sources, to->pin) >= 4, text);
	to->kind = population_named(to->sources);
	need(to->kind < SOURCES_KINDS, to->sources);
	ifindex = if_nametoindex(to->iface);
	need(ifindex, to->iface);
	to->feeder = feeder_open(ifindex);
	population_v4(&world->set, to->kind, to->feeder->bss->source_v4);
	if (to->kind == SOURCES_LISTED)
		fill_list(to->pin, to->feeder->bss->source_v4);
}

/* The empty program goes where nothing else was put: on the first target's far end. */
static void attach_empty(const struct target *to)
{
	struct bpf_link *link = bpf_program__attach_xdp(to->feeder->progs.drop,
							if_nametoindex(to->peer));

	need(link, "attach the empty program");
}

static double send_frames(struct target *to)
{
	int program = bpf_program__fd(to->feeder->progs.send_v4);
	uint8_t frame[64];
	unsigned int length = frame_v4(frame);

	/* What ran before has taken the caches. */
	run_live(program, frame, length, FRAMES / 2);
	return run_live(program, frame, length, FRAMES);
}

/* All frames arrive and all are dropped, or what was measured is something else. */
static void check(struct target *to)
{
	bool guard = is_guard(to);
	uint8_t frame[64];
	unsigned int length = frame_v4(frame);
	uint64_t arrived = frames_received(to->peer), dropped = guard ? dropped_by_guard(to->pin) : 0;

	run_live(bpf_program__fd(to->feeder->progs.send_v4), frame, length, FRAMES);
	arrived = frames_received(to->peer) - arrived;
	if (arrived < FRAMES * 0.99) {
		fprintf(stderr, "bench: %s: of %d frames %lu arrived\n", to->name, FRAMES, arrived);
		exit(1);
	}
	if (!guard)
		return;
	dropped = dropped_by_guard(to->pin) - dropped;
	if (dropped < FRAMES * 0.99) {
		fprintf(stderr, "bench: %s: of %d frames %lu dropped\n", to->name, FRAMES, dropped);
		exit(1);
	}
}

static double measure_generator(void)
{
	struct samples samples = {};
	uint8_t frame[64];
	unsigned int length = frame_v4(frame);

	for (unsigned int i = 0; i < ROUNDS; i++)
		samples_add(&samples, run_live(bpf_program__fd(target[0].feeder->progs.send_nowhere),
					       frame, length, FRAMES));
	return samples_median(&samples);
}

static double median(const struct target *of)
{
	return samples_median(&of->samples);
}

/* What the whole guard may cost, as a multiple of the empty program. */
static const char *aim_of(const struct target *guard)
{
	if (!is_guard(guard) || strstr(guard->name, FEW))
		return "";
	switch (guard->kind) {
	case SOURCES_REAL:
		return "<=1.6";
	case SOURCES_SPOOFED:
		return "<=1.35";
	case SOURCES_HEAVY:
		return "<=2";
	default:
		return "";
	}
}

/* Against the first target, which is the empty program. */
static void print(const char *section, unsigned int count, double deduct, bool aims)
{
	double empty = median(&target[0]) - deduct;

	for (unsigned int i = 0; i < count; i++) {
		double ns = median(&target[i]) - deduct;

		row(section, target[i].name, target[i].sources, ns, "ns", i ? ns / empty : 0,
		    target[0].name, aims ? aim_of(&target[i]) : "");
	}
}

/* What more ranges cost, all else being the same. */
static void print_growth(unsigned int count)
{
	const char *section = "660k ranges against 10, over veth";

	for (unsigned int i = 0; i < count; i++) {
		const struct target *few = &target[i], *many = target;

		if (!strstr(few->name, FEW))
			continue;
		while (!is_guard(many) || strstr(many->name, FEW) || many->kind != few->kind)
			need(++many < target + count, "find the guard with all ranges");
		row(section, few->name, few->sources, median(few), "ns",
		    median(few) / median(&target[0]), target[0].name, "");
		row(section, many->name, many->sources, median(many), "ns",
		    median(many) / median(few), few->name,
		    few->kind == SOURCES_REAL ? "<=1.3" : few->kind == SOURCES_SPOOFED ? "<=1.1" :
		    "");
	}
}

/* Both ways to read "n times less": what a packet costs, and what it costs more than
 * to be dropped at once, which neither could save. */
static void print_against(const struct target *nft, unsigned int count)
{
	double empty = median(&target[0]), nft_ns = median(nft);
	const char *section = "nft against the guard";

	row(section, nft->name, nft->sources, nft_ns, "ns", nft_ns / empty, target[0].name, "");
	for (unsigned int i = 0; i < count; i++) {
		const struct target *guard = &target[i];

		if (!is_guard(guard) || guard->kind != nft->kind || strstr(guard->name, FEW))
			continue;
		row(section, nft->name, nft->sources, nft_ns, "ns", nft_ns / median(guard),
		    guard->name, "");
		row(section, "the same, both above an empty XDP_DROP", nft->sources,
		    nft_ns - empty, "ns", (nft_ns - empty) / (median(guard) - empty), guard->name,
		    nft->kind == SOURCES_REAL ? ">=15" : ">=20");
	}
}

void bench_live(const struct world *world, char **targets, unsigned int count)
{
	double generator;

	need(count && count <= TARGETS_MAX, "measure so many");
	for (unsigned int i = 0; i < count; i++) {
		open_target(&target[i], targets[i], world);
		if (!i)
			attach_empty(&target[0]);
		send_frames(&target[i]);
		check(&target[i]);
	}
	for (unsigned int round = 0; round < ROUNDS; round++)
		for (unsigned int i = 0; i < count; i++)
			samples_add(&target[i].samples, send_frames(&target[i]));
	generator = measure_generator();
	print("veth, live frames, CPU time per packet", count, 0, true);
	row("the same, net of the generator", "generator alone", "real", generator, "ns", 0, "", "");
	print("the same, net of the generator", count, generator, false);
	print_growth(count);
	for (unsigned int i = 0; i < count; i++)
		if (strstr(target[i].name, "nft, set"))
			print_against(&target[i], count);
}
