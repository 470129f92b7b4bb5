// SPDX-License-Identifier: BSD-2-Clause
/*
 * lookup.c - the region table beside LPM tries of the same ranges, and what it
 * takes to make either.
 */
#include "bench.h"
#include "kernel/cpus.h"

#include <stdio.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "guard.skel.h"
#include "lookup.skel.h"
#include "guard/guard_program.h"

static double map_mib(int fd)
{
	return memlock_bytes(fd) / (1 << 20);
}

struct contest {
	const char *section;
	int none, table, lpm;   /* programs */
	const char *aim;
};

static void measure(const struct contest *contest, enum population kind)
{
	struct samples table = {}, lpm = {};
	const char *sources = population_name(kind);
	uint8_t frame[64];
	unsigned int length = frame_v4(frame);
	double ours, theirs;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		double none = run_program(contest->none, frame, length, POPULATION);

		samples_add(&table, run_program(contest->table, frame, length, POPULATION) - none);
		samples_add(&lpm, run_program(contest->lpm, frame, length, SLOW_RUNS) - none);
	}
	ours = samples_median(&table);
	theirs = samples_median(&lpm);
	row(contest->section, "region table", sources, ours, "ns", 0, "", "");
	row(contest->section, "LPM_TRIE", sources, theirs, "ns", theirs / ours, "region table",
	    kind == SOURCES_REAL ? contest->aim : kind == SOURCES_SPOOFED ? ">=1" : "");
}

static struct lookup_bpf *open_lookup(bool dependent, int table, int trie_v4, int trie_v6)
{
	struct lookup_bpf *skel = lookup_bpf__open();

	need(skel, "open the lookup programs");
	skel->rodata->dependent = dependent;
	bpf_map__set_max_entries(skel->maps.prefixes, cpus_rows() * ECDN_XDP_PREFIX_SETS);
	bpf_map__set_max_entries(skel->maps.cpu, cpus_rows());
	if (trie_v4 >= 0)
		need(!bpf_map__reuse_fd(skel->maps.trie_v4, trie_v4) &&
		     !bpf_map__reuse_fd(skel->maps.trie_v6, trie_v6), "share the tries");
	need(!lookup_bpf__load(skel), "load the lookup programs");
	map_put(bpf_map__fd(skel->maps.region_table), 0, &table);
	return skel;
}

static void measure_all(struct lookup_bpf *skel, const struct world *world, bool dependent)
{
	struct contest v4 = {
		dependent ? "region lookup, IPv4, dependent" : "region lookup, IPv4",
		bpf_program__fd(skel->progs.none_v4), bpf_program__fd(skel->progs.table_v4),
		bpf_program__fd(skel->progs.lpm_v4), dependent ? "" : ">=20",
	};
	struct contest v6 = {
		dependent ? "region lookup, IPv6, dependent" : "region lookup, IPv6",
		bpf_program__fd(skel->progs.none_v6), bpf_program__fd(skel->progs.table_v6),
		bpf_program__fd(skel->progs.lpm_v6), dependent ? "" : ">=15",
	};

	for (enum population kind = SOURCES_REAL; kind <= SOURCES_HOT; kind++) {
		population_v4(&world->set, kind, skel->bss->source_v4);
		measure(&v4, kind);
	}
	for (enum population kind = SOURCES_REAL; kind <= SOURCES_HOT; kind++) {
		population_v6(&world->set, kind, skel->bss->source_v6);
		measure(&v6, kind);
	}
}

static void measure_accounting(struct lookup_bpf *skel, const struct world *world)
{
	int none = bpf_program__fd(skel->progs.none_v4);
	int account = bpf_program__fd(skel->progs.account_v4);
	uint8_t frame[64];
	unsigned int length = frame_v4(frame);

	for (enum population kind = SOURCES_SPOOFED; kind <= SOURCES_HOT; kind++) {
		struct samples samples = {};

		population_v4(&world->set, kind, skel->bss->source_v4);
		run_program(account, frame, length, POPULATION);
		for (unsigned int i = 0; i < ROUNDS; i++) {
			double base = run_program(none, frame, length, POPULATION);

			samples_add(&samples, run_program(account, frame, length, POPULATION) -
					      base);
		}
		row("prefix accounting", kind == SOURCES_HOT ? "listed: hit" : "not listed: miss",
		    population_name(kind), samples_median(&samples), "ns", 0, "", "");
	}
}

/* What each family takes of a table, and all of it. */
static void print_lines(int table)
{
	const double mib = (double)(1 << 20) / sizeof(struct ecdn_xdp_table_line);
	union {
		struct ecdn_xdp_table_line line[2];
		struct ecdn_xdp_table_header header;
	} first;

	for (uint32_t i = 0; i < 2; i++)
		need(!bpf_map_lookup_elem(table, &i, &first.line[i]), "read a table");
	row("region data", "region table: without roots", "IPv4", first.header.lines_v4 / mib,
	    "MiB", 0, "", "");
	row("region data", "region table: without roots", "IPv6", first.header.lines_v6 / mib,
	    "MiB", 0, "", "");
	row("region data", "region table: in use", "both families", first.header.lines / mib,
	    "MiB", 0, "", "");
}

/* What the table takes in a map of the size that the product gives it. */
static double sized_mib(const struct world *world)
{
	int table = table_sized(&world->set, true);
	double mib = map_mib(table);

	close(table);
	return mib;
}

void bench_lookup(const struct world *world)
{
	int table = table_new(&world->set);
	struct lookup_bpf *overlapping = open_lookup(false, table, -1, -1), *dependent;
	int trie_v4 = bpf_map__fd(overlapping->maps.trie_v4);
	int trie_v6 = bpf_map__fd(overlapping->maps.trie_v6);
	double start = wall_ms(), table_mib = sized_mib(world);

	trie_fill(trie_v4, &world->set.v4, 32);
	trie_fill(trie_v6, &world->set.v6, 128);
	row("region data", "LPM_TRIE: fill", "both families", wall_ms() - start, "ms", 0, "", "");
	row("region data", "region table: memory", "both families", table_mib, "MiB", 0, "", "");
	print_lines(table);
	row("region data", "LPM_TRIE: memory", "both families",
	    map_mib(trie_v4) + map_mib(trie_v6), "MiB",
	    (map_mib(trie_v4) + map_mib(trie_v6)) / table_mib, "region table", "");
	measure_all(overlapping, world, false);
	measure_accounting(overlapping, world);
	dependent = open_lookup(true, table, trie_v4, trie_v6);
	measure_all(dependent, world, true);
	lookup_bpf__destroy(dependent);
	lookup_bpf__destroy(overlapping);
	close(table);
}

/* As generation_make() and lines_put() do it, in steps. */
void bench_compile(const struct world *world)
{
	struct samples parse = {}, compile = {}, swap = {}, whole = {};
	struct guard_bpf *guard;
	int like = table_sized(&world->set, true);

	need(!guard_program_open(&guard, ECDN_XDP_REGIONS_DEFAULT) &&
	     !bpf_map__set_inner_map_fd(guard->maps.region_table, like) &&
	     !guard_program_load(guard), "load the guard");
	close(like);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		double start = wall_ms(), at;
		struct world again;
		int table;

		world_read(&again);
		samples_add(&parse, (at = wall_ms()) - start);
		table = table_sized(&world->set, true);
		samples_add(&compile, wall_ms() - at);
		at = wall_ms();
		map_put(bpf_map__fd(guard->maps.region_table), 0, &table);
		samples_add(&swap, wall_ms() - at);
		samples_add(&whole, wall_ms() - start);
		close(table);
		world_free(&again);
	}
	guard_program_close(guard);
	row("region data", "parse", "both files", samples_median(&parse), "ms", 0, "", "");
	row("region data", "compile", "both files", samples_median(&compile), "ms", 0, "", "");
	row("region data", "swap", "both files", samples_median(&swap), "ms", 0, "", "");
	row("region data", "compile and swap", "both files",
	    samples_median(&compile) + samples_median(&swap), "ms",
	    (samples_median(&compile) + samples_median(&swap)) / 60, "60 ms", "<=1");
	row("region data", "parse, compile and swap", "both files", samples_median(&whole), "ms",
	    0, "", "");
}
