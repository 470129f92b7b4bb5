// SPDX-License-Identifier: BSD-2-Clause
#include "harness.h"

#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "guard.skel.h"
#include "guard/guard_program.h"
#include "guard/region_store.h"
#include "trust/trust_rates.h"
#include "trust/trust_store.h"
#include "regions/table.h"
#include "table/lines.h"

static unsigned int passed, failed;

void report(const char *name, const char *why)
{
	if (*why)
		printf("not ok - %s: %s\n", name, why);
	else
		printf("ok - %s\n", name);
	*(*why ? &failed : &passed) += 1;
	fflush(stdout);
}

void skip(const char *name, const char *why)
{
	printf("skipped - %s: %s\n", name, why);
}

int report_end(void)
{
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}

void must(bool done, const char *what)
{
	if (done)
		return;
	report(what, strerror(errno));
	exit(report_end());
}

static void write_map(const struct bpf_map *map, uint32_t slot, const void *value)
{
	must(!bpf_map_update_elem(bpf_map__fd(map), &slot, value, BPF_ANY), bpf_map__name(map));
}

/* What libbpf says below a warning helps nobody here. */
static int print_warnings(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

/*
 * Each run of a program that is attached nowhere has 5.10 patch its own code, which
 * under emulation costs more than the run. So it is attached to an interface that
 * nobody uses, if there is one and no other guard is there.
 */
static void attach_idle(struct guard *guard)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_SKB_MODE);
	const char *iface = getenv("ECDN_XDP_IDLE_IFACE");

	guard->link = iface ? bpf_link_create(guard->prog, if_nametoindex(iface), BPF_XDP,
					      &options) : -1;
}

void guard_open(struct guard *guard)
{
	memset(guard, 0, sizeof(*guard));
	libbpf_set_print(print_warnings);

	must(!guard_program_open(&guard->skel, ECDN_XDP_REGIONS_DEFAULT), "open the guard");
	guard->frags = guard->skel->rodata->has_frags;
	must(!guard_program_load(guard->skel), "load the guard");
	guard->prog = bpf_program__fd(guard->skel->progs.guard);

	attach_idle(guard);
	must(!mapped_open(&guard->rows, bpf_map__fd(guard->skel->maps.region_cpu), "region_cpu",
			  sizeof(struct ecdn_xdp_region_cpu)), "map the regions' counters");
	must(!mapped_open(&guard->sets, bpf_map__fd(guard->skel->maps.prefixes), "prefixes",
			  sizeof(*guard->prefixes)), "map the prefixes");
	guard->prefixes = guard->sets.at;
	guard->cpus = guard->sets.entries / ECDN_XDP_PREFIX_SETS;

	guard->config.abi = ECDN_XDP_ABI;
	guard->config.max_regions = ECDN_XDP_REGIONS_DEFAULT;
	guard->config.hash_seed = 0x5eed5eed5eed5eed;
	guard_set_ports(guard, true, true);
}

void guard_close(struct guard *guard)
{
	mapped_close(&guard->sets);
	mapped_close(&guard->rows);
	if (guard->link >= 0)
		close(guard->link);
	guard_program_close(guard->skel);
	trust_list_free(&guard->trusted);
}

void guard_set_regions(struct guard *guard, const struct range_set *set)
{
	struct ecdn_xdp_table_line *lines = lines_new();
	const struct table_room room = { 0 };
	int fd;

	must(lines && !table_compile(set, &room, lines, ECDN_XDP_TABLE_LINES_MAX),
	     "compile a region table");
	fd = slot_table(&region_store_slot, ECDN_XDP_TABLE_LINES_MAX, lines);
	must(fd >= 0, "make a region table");
	lines_free(lines);
	write_map(guard->skel->maps.region_table, 0, &fd);
	close(fd);
}

static void set_trusted(struct guard *guard)
{
	struct ecdn_xdp_table_line *lines;
	int fd;

	must(!trust_store_compile(&guard->trusted, &lines), "compile a trusted table");
	fd = trust_store_table(lines, ECDN_XDP_TABLE_LINES_MAX, 1);
	must(fd >= 0, "make a trusted table");
	lines_free(lines);
	write_map(guard->skel->maps.trusted_table, 0, &fd);
	close(fd);
	must(!trust_rates_add(bpf_map__fd(guard->skel->maps.trusted_rates), &guard->trusted),
	     "make rows of trusted prefixes");
	guard->config.trusted = guard->trusted.count;
	guard->trust_changed = false;
}

void guard_configure(struct guard *guard)
{
	if (guard->trust_changed)
		set_trusted(guard);
	guard->config.generation++;
	write_map(guard->skel->maps.config, 0, &guard->config);
}

void guard_set_ports(struct guard *guard, bool tcp, bool udp)
{
	struct ecdn_xdp_protected_ports ports = {};

	if (tcp) {
		ports.tcp[80 / 8] |= 1 << 80 % 8;
		ports.tcp[443 / 8] |= 1 << 443 % 8;
	}
	if (udp) {
		ports.udp[80 / 8] |= 1 << 80 % 8;
		ports.udp[443 / 8] |= 1 << 443 % 8;
	}
	write_map(guard->skel->maps.protected_ports, 0, &ports);
	guard->config.protect = (tcp ? ECDN_XDP_PROTECT_TCP : 0) |
				(udp ? ECDN_XDP_PROTECT_UDP : 0);
	guard_configure(guard);
}

void guard_set_limits(struct guard *guard, uint32_t region, const struct ecdn_xdp_limits *limits)
{
	write_map(guard->skel->maps.region_limits, region, limits);
	guard_configure(guard);
}

void guard_allow(struct guard *guard, const char *cidr)
{
	struct cidr parsed;

	must(!cidr_parse(cidr, &parsed), cidr);
	must(!trust_list_allow(&guard->trusted, &parsed, 1, 0), "allow a prefix");
	guard->trust_changed = true;
}

void guard_add_node(struct guard *guard, const char *cidr)
{
	struct trust_node node = {};

	must(!cidr_parse(cidr, &node.cidr), cidr);
	must(!trust_list_add_nodes(&guard->trusted, &node, 1, 0), "add a node");
	guard->trust_changed = true;
}

void guard_disallow(struct guard *guard, const char *cidr)
{
	struct cidr parsed;

	must(!cidr_parse(cidr, &parsed) && trust_list_find(&guard->trusted, &parsed), cidr);
	trust_list_disallow(&guard->trusted, &parsed, 1);
	guard->trust_changed = true;
}

uint32_t guard_run(const struct guard *guard, const void *frame, uint32_t length)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = length);

	must(!bpf_prog_test_run_opts(guard->prog, &opts), "test-run the guard");
	return opts.retval;
}

void guard_counts(const struct guard *guard, uint32_t region, struct region_counts *sum)
{
	counts_of_region(&guard->rows, ECDN_XDP_REGIONS_DEFAULT, region, sum);
}

void guard_events(const struct guard *guard, struct ecdn_xdp_events *sum)
{
	must(!counts_events(bpf_map__fd(guard->skel->maps.cpu_events), sum), "read the events");
}

void guard_state(const struct guard *guard, uint32_t region, struct ecdn_xdp_region_state *state)
{
	must(!bpf_map_lookup_elem(bpf_map__fd(guard->skel->maps.region_state), &region, state),
	     "read a region's state");
}

void set_region(struct range_set *set, const char *cidr, uint32_t region)
{
	struct range_set over = {};
	struct cidr parsed;
	bool v4;

	must(!cidr_parse(cidr, &parsed), cidr);
	v4 = parsed.addr.family == AF_INET;
	must(!range_list_add(v4 ? &over.v4 : &over.v6, parsed.addr.bits, cidr_last(&parsed),
			     region | 1 << RANGE_SOURCE_SHIFT) &&
	     !range_set_overlay(set, &over), "add a region");
	range_set_free(&over);
}

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

bool pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

int nth_cpu(int n)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return -1;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set) && !n--)
			return cpu;
	return -1;
}
