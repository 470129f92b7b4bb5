// SPDX-License-Identifier: BSD-2-Clause
/*
 * A load where pins of ABI 2 are: what each of their maps holds is found in the new ones, link
 * and lock and directory go over, and a load that cannot carry it over changes nothing.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "abi2_pins.h"
#include "control/bring_up.h"
#include "control/take_down.h"
#include "harness.h"
#include "kernel/abi2.h"
#include "kernel/config_map.h"
#include "kernel/percpu.h"
#include "regions/table.h"
#include "trust/trust_store.h"

static struct pins pins;
static char last[PATH_MAX + 8];

static void expect(const char *name, bool good)
{
	report(name, good ? "" : "it is not");
}

static void set_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = unshare(CLONE_NEWNET) ? -1 : socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		exit(1);
	close(fd);
}

static int load(void)
{
	struct request request;
	int err;

	request_init(&request);
	err = bring_up(pins.dir, &request);
	request_free(&request);
	return err;
}

/* The id of the program that is pinned, or that a pinned link holds. */
static __u32 program_of(const char *name)
{
	int fd = pins_get(pins.dir, name);
	bool is_link = !strncmp(name, "link/", 5);
	struct bpf_link_info link = {};
	struct bpf_prog_info program = {};
	__u32 length = is_link ? sizeof(link) : sizeof(program);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, is_link ? (void *)&link : &program, &length))
		exit(1);
	close(fd);
	return is_link ? link.prog_id : program.id;
}

static bool has_limits(const struct guard_maps *maps, uint32_t region)
{
	const uint64_t own = ABI2_ANSWER_CPS, today = 4 * 5000;
	struct ecdn_xdp_limits limits;

	return !guard_maps_limits(maps, region, &limits) && limits.cps == 5000 &&
	       limits.answer_cps == (region == 3 ? own : today) &&
	       limits.own == (region == 3 ? 1 << 4 : 0) && limits.blocked == (region == 2) &&
	       limits.exempt_until_ns == (region == 4 ? ~0ULL : 0) &&
	       limits.released_ns == region && limits.prefix_pps == 1000 &&
	       limits.grace_ns == LIMITS_DEFAULT_GRACE_NS &&
	       limits.shield_cps == LIMITS_DEFAULT_SHIELD_CPS &&
	       limits.aggregate_pps[0] == 4000 && limits.aggregate_pps[1] == 16000;
}

static void check_settings(const struct guard_maps *maps)
{
	struct ecdn_xdp_config config = {};
	struct ecdn_xdp_protected_ports ports = {};
	struct names *names = NULL;
	bool limits = true;

	expect("the configuration", !config_map_read(&pins, &config) && config.abi == ECDN_XDP_ABI &&
	       config.monitor == 1 && config.protect == 1 && config.trusted == 1 &&
	       config.max_regions == ABI2_PINS_REGIONS && config.hash_seed == ABI2_PINS_SEED &&
	       config.default_limits.cps == 5000 && config.default_limits.own == (1 << 2 | 1 << 5) &&
	       config.default_limits.hold_ns == 10 &&
	       config.default_limits.answer_cps == 4 * 5000);
	bpf_map_lookup_elem(maps->protected_ports, &(__u32){ 0 }, &ports);
	expect("the ports", ports.tcp[10] == 1 && !ports.tcp[11]);
	for (uint32_t region = 0; region < ABI2_PINS_REGIONS; region++)
		limits &= has_limits(maps, region);
	expect("the limits, blocks and exemptions of all regions", limits);
	expect("the names", !guard_maps_names(maps, ABI2_PINS_REGIONS, &names) &&
	       names_count(names) == 4 && names_find(names, "SIX", 3) == 3);
	names_free(names);
}

static void check_surge(const struct guard_maps *maps)
{
	struct ecdn_xdp_region_rate rate = {};
	struct ecdn_xdp_region_state state = {};

	bpf_map_lookup_elem(maps->region_rate, &(__u32){ 1 }, &rate);
	bpf_map_lookup_elem(maps->region_state, &(__u32){ 1 }, &state);
	expect("the surge", rate.claimed.surge == 2 && rate.claimed.surge_ns == 4 &&
	       rate.answer_ns == 6 && rate.claimed.slow.current.packets == 66);
	expect("the state", state.state == ECDN_XDP_STATE_LIMITED && state.since_ns == 4 &&
	       state.until_ns == 44);
}

static bool has_counts(const struct mapped *rows, uint32_t region)
{
	__u64 cpus = percpu_cpus();
	struct region_counts sum;

	counts_of_region(rows, ABI2_PINS_REGIONS, region, &sum);
	return sum.packets == ABI2_PINS_PACKETS(region) * cpus && sum.bytes == 60 * cpus &&
	       sum.connections == 3 * cpus && sum.dropped.blocked.bytes == 2 * cpus &&
	       sum.dropped.prefix_pps.packets == 3 * cpus &&
	       sum.dropped.answer_cps.bytes == 6 * cpus &&
	       sum.would_drop.answer_cps.packets == 7 * cpus;
}

static void check_counts(const struct guard_maps *maps)
{
	__u64 cpus = percpu_cpus();
	struct ecdn_xdp_events events = {};
	struct mapped rows;
	bool counts = !mapped_open(&rows, maps->region_cpu, "region_cpu",
				   sizeof(struct ecdn_xdp_region_cpu));

	for (uint32_t region = 0; region < ABI2_PINS_REGIONS && counts; region++)
		counts = has_counts(&rows, region);
	mapped_close(&rows);
	expect("the counts of all regions", counts);
	expect("the events", !counts_events(maps->cpu_events, &events) &&
	       events.arp == ABI2_PINS_EVENT * cpus &&
	       events.vlan_depth == (ABI2_PINS_EVENT + 2) * cpus &&
	       events.truncated == (ABI2_PINS_EVENT + 3) * cpus &&
	       events.fragment == (ABI2_PINS_EVENT + 5) * cpus &&
	       events.map_missing == (ABI2_PINS_EVENT + 10) * cpus);
}

static bool leads(const struct ecdn_xdp_table_line *lines, const char *text, uint32_t region)
{
	struct address address;

	return !address_parse(text, &address) &&
	       table_lookup(lines, &address) == region;
}

static void check_table(const struct guard_maps *maps)
{
	const struct ecdn_xdp_table_line *lines;
	const struct ecdn_xdp_table_header *header;

	if (region_store_map(maps, &lines))
		exit(1);
	header = table_header((struct ecdn_xdp_table_line *)lines);
	expect("the table", leads(lines, "198.51.100.1", 1) && leads(lines, "198.52.0.0", 0) &&
	       leads(lines, "203.0.112.255", 0) && leads(lines, "203.0.113.0", 2) &&
	       leads(lines, "203.0.113.1", 1) && leads(lines, "203.0.113.254", 1) &&
	       leads(lines, "203.0.113.255", 2) && leads(lines, "203.0.114.0", 0) &&
	       leads(lines, "203.1.7.9", 3) && leads(lines, "203.1.8.0", 0) &&
	       leads(lines, "2001:db8::1", 2) && leads(lines, "2002::", 0));
	expect("its generation, its time and the files that are gone",
	       header->generation == ABI2_PINS_GENERATION &&
	       header->loaded_at == ABI2_PINS_LOADED_AT && header->sources == 1 &&
	       header->ranges_v4 == 5 && header->ranges_v6 == 1 &&
	       !strcmp(table_path((struct ecdn_xdp_table_line *)lines, 1),
		       ABI2_PINS_SOURCE));
	slot_unmap(lines);
}

static void check_list(void)
{
	struct trust_list list = {};
	struct trust_maps maps;

	expect("the list", !maps_open(trust_store_rows, &maps, &pins) &&
	       !trust_store_read(&maps, &list) && list.count == 1 && list.row[0].allowed &&
	       list.row[0].length == 24 && list.row[0].added_at == 1600000000);
	trust_list_free(&list);
	maps_close(trust_store_rows, &maps);
}

static void check_all(void)
{
	struct guard_maps maps;

	if (guard_maps_open(&maps, &pins))
		exit(1);
	check_settings(&maps);
	check_surge(&maps);
	check_counts(&maps);
	check_table(&maps);
	check_list();
	guard_maps_close(&maps);
	expect("the link holds the new program", program_of("link/lo") == program_of("prog/guard"));
	expect("all else is gone", access(pins.next, F_OK) && access(last, F_OK));
}

/* Without one of the old maps, nothing happens; so many of them are tried. */
static void check_refusals(size_t count)
{
	static const char *const needed[] = {
		"region_table", "trusted_table", "region_name", "region_limits", "region_state",
		"region_rate", "region_stats", "events", "prefixes", "request_stats",
		"prog/publish",
	};
	__u32 program = program_of("link/lo");
	char name[96], from[PATH_MAX + 64], to[PATH_MAX + 64];

	for (size_t i = 0; i < count && i < sizeof(needed) / sizeof(*needed); i++) {
		bool refused;

		snprintf(from, sizeof(from), "%s/%s", pins.dir, needed[i]);
		snprintf(to, sizeof(to), "%s/kept", pins.dir);
		if (rename(from, to))
			exit(1);
		refused = load() < 0;
		if (rename(to, from))
			exit(1);
		snprintf(name, sizeof(name), "without %s the old version goes on", needed[i]);
		expect(name, refused && config_map_has(pins.dir, ABI2) &&
		       program_of("link/lo") == program && access(pins.next, F_OK));
	}
}

/* As kernels before 5.17 exchange directories: killed after the first rename and after the
 * second one. */
static void check_renames(void)
{
	struct guard_maps maps;

	take_down_all(pins.dir);
	abi2_pins_make(pins.dir, "lo");
	expect("a first rename is undone, and the load done",
	       !rename(pins.dir, last) && !load() && config_map_has(pins.dir, ECDN_XDP_ABI) &&
	       access(last, F_OK));
	abi2_pins_make(last, NULL);
	expect("a second one is finished", !load() && config_map_has(pins.dir, ECDN_XDP_ABI) &&
	       access(last, F_OK) && access(pins.next, F_OK));
	if (guard_maps_open(&maps, &pins))
		exit(1);
	check_counts(&maps);
	guard_maps_close(&maps);
}

/* With an argument, so many refusals: what refuses is not the kernel. */
int main(int argc, char **argv)
{
	char dir[64];

	snprintf(dir, sizeof(dir), "/sys/fs/bpf/ecdn-test-carry-%d", getpid());
	snprintf(last, sizeof(last), "%s-last", dir);
	if (pins_init(&pins, dir))
		return 1;
	set_up_loopback();
	abi2_pins_make(dir, "lo");
	check_refusals(argc > 1 ? strtoul(argv[1], NULL, 10) : SIZE_MAX);
	expect("a load carries all over", !load());
	check_all();
	expect("so does the next one", !load());
	check_all();
	check_renames();
	take_down_all(dir);
	return report_end();
}
