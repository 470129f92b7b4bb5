// SPDX-License-Identifier: BSD-2-Clause
/*
 * bench: measures, and prints what bench.sh makes a table of: lines of
 * section, what, sources, value, unit, ratio, to what, aim; tabs between.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/log.h"
#include "kernel/libbpf_log.h"

#define FEW 10

static void print_ranges(const struct world *world)
{
	for (size_t i = 0; i < world->set.v4.count; i++) {
		const struct range *range = &world->set.v4.range[i];
		struct in_addr first = { htonl(range->first >> 96) };
		struct in_addr last = { htonl(range->last >> 96) };

		printf("%s-", inet_ntoa(first));
		printf("%s,\n", inet_ntoa(last));
	}
}

static void print_names(const struct world *world)
{
	for (uint32_t id = 0; id < names_count(world->names); id++)
		if (names_of(world->names, id))
			puts(names_of(world->names, id));
}

static void print_few_of(const struct world *world, const struct range_list *list, int family)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct range *range = &list->range[i];
		struct address first = { .family = family, .bits = range->first };
		struct address last = { .family = family, .bits = range->last };
		char from[ADDRESS_TEXT_SIZE], to[ADDRESS_TEXT_SIZE];

		printf("%s,%s,%s\n", address_format(&first, from), address_format(&last, to),
		       names_of(world->names, range->entry & RANGE_REGION));
	}
}

/* As a region file, FEW ranges of both families. */
static void print_few(const struct world *world)
{
	struct range_set set;

	world_thin(world, FEW, 0, &set);
	print_few_of(world, &set.v4, AF_INET);
	print_few_of(world, &set.v6, AF_INET6);
	range_set_free(&set);
}

/* Real and spoofed, of both families: what a log holds. */
static void print_addresses(const struct world *world)
{
	static uint32_t v4[POPULATION], v6[POPULATION][4];

	population_v4(&world->set, SOURCES_REAL, v4);
	population_v6(&world->set, SOURCES_REAL, v6);
	for (unsigned int i = 0; i < POPULATION; i++) {
		char text[INET6_ADDRSTRLEN];

		puts(i & 1 ? inet_ntop(AF_INET6, v6[i], text, sizeof(text)) :
			     inet_ntop(AF_INET, &v4[i], text, sizeof(text)));
	}
}

/* The nodes that ping; each many times. */
static void print_nodes(const struct world *world)
{
	static uint32_t node[POPULATION];

	population_v4(&world->set, SOURCES_HOT, node);
	for (unsigned int i = 0; i < POPULATION; i++)
		puts(inet_ntoa((struct in_addr){ node[i] }));
}

/* As the configuration file has them. */
static void print_trusted(const struct world *world)
{
	static struct cidr prefix[TRUSTED];

	/* Out of step with who draws sources: they would be the same addresses. */
	random_u64();
	trusted_prefixes(&world->set, prefix);
	for (unsigned int i = 0; i < TRUSTED; i++) {
		char text[CIDR_TEXT_SIZE];

		printf("  - \"%s\"\n", cidr_format(&prefix[i], text));
	}
}

static int usage(void)
{
	fprintf(stderr, "Usage: bench lookup | compile | verifier | program | steps | lines | packets |\n"
			"             growth | scale | quiet | capture\n"
			"       bench live NAME:IFACE:PEER:SOURCES[:PIN]...\n"
			"       bench client PIN-DIR REFUSING-PIN-DIR\n"
			"       bench said PIN-DIR\n"
			"       bench steer PIN-DIR REFUSING-PIN-DIR\n"
			"       bench requests WORKER-PID NAME:PORT:STATUS[:PIN-DIR]...\n"
			"       bench ping IFACE-TO-STACK IFACE-TO-PING PIN-DIR\n"
			"       bench origin CGROUP PIN-DIR NODE-NETNS ORIGIN-NETNS CERTIFICATE\n"
			"       bench memory TITLE AIM-IN-MIB PIN-DIR\n"
			"       bench shield HOST:EDGE:PIN-DIR|pass|drop... (of four labs)\n"
			"       bench ranges | few | names | addresses | trusted | nodes\n");
	return 2;
}

/* Measurements of what bench.sh has set up. */
static bool run_on(const struct world *world, const char *name, char **what, unsigned int count)
{
	if (!strcmp(name, "live"))
		bench_live(world, what, count);
	else if (!strcmp(name, "client") && count == 2)
		bench_client(world, what);
	else if (!strcmp(name, "said") && count == 1)
		bench_said(world, what);
	else if (!strcmp(name, "steer") && count == 2)
		bench_steer(world, what);
	else if (!strcmp(name, "requests") && count > 1)
		bench_requests(world, what, count);
	else if (!strcmp(name, "ping") && count == 3)
		bench_ping(world, what);
	else if (!strcmp(name, "origin") && count == 5)
		bench_origin(world, what);
	else if (!strcmp(name, "memory") && count == 3)
		bench_memory(world, what);
	else if (!strcmp(name, "shield") && count == 4)
		bench_shield(world, what);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const struct world *world);
	} verb[] = {
		{ "lookup", bench_lookup }, { "compile", bench_compile },
		{ "verifier", bench_verifier },
		{ "program", bench_program }, { "steps", bench_steps }, { "lines", bench_lines },
		{ "packets", bench_packets }, { "quiet", bench_quiet }, { "capture", bench_capture },
		{ "growth", bench_growth }, { "scale", bench_scale },
		{ "ranges", print_ranges }, { "names", print_names },
		{ "addresses", print_addresses }, { "trusted", print_trusted },
		{ "nodes", print_nodes }, { "few", print_few },
	};
	struct world world;

	if (argc < 2)
		return usage();
	libbpf_log_adopt();
	pin_to(0);
	world_read(&world);
	if (run_on(&world, argv[1], argv + 2, argc - 2))
		return 0;
	for (unsigned int i = 0; i < sizeof(verb) / sizeof(*verb); i++)
		if (!strcmp(argv[1], verb[i].name)) {
			verb[i].run(&world);
			return 0;
		}
	return usage();
}
