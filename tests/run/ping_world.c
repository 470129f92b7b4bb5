// SPDX-License-Identifier: BSD-2-Clause
#include "ping_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "harness.h"
#include "ping.skel.h"
#include "trust/trust_store.h"
#include "steer_fixture.h"

/* Of these the fastest counts, which nothing else has held up. */
#define COST_RUNS 20
#define COST_REPEAT 200

void ping_configure(struct ping_world *ping, uint32_t mode, bool only_nodes, uint64_t rate,
		      uint64_t burst)
{
	ping->config = (struct ecdn_xdp_ping_config){
		.mode = mode, .only_nodes = only_nodes, .rate = rate, .burst = burst,
		.ttl = PING_TTL, .hop_limit = PING_HOP_LIMIT,
	};
	must(!bpf_map_update_elem(bpf_map__fd(ping->skel->maps.ping_config), &(__u32){ 0 },
				  &ping->config, BPF_ANY), "configure ping");
}

void ping_switch(const struct ping_world *ping, bool off)
{
	int map = bpf_map__fd(ping->skel->maps.config);
	struct ecdn_xdp_config config;

	must(!bpf_map_lookup_elem(map, &(__u32){ 0 }, &config), "read the configuration");
	config.off = off;
	must(!bpf_map_update_elem(map, &(__u32){ 0 }, &config, BPF_ANY), "switch off or on");
}

static void add_node(struct trust_list *list, const char *cidr)
{
	struct trust_node node = { .name = "" };

	must(!cidr_parse(cidr, &node.cidr) && !trust_list_add_nodes(list, &node, 1, 1), cidr);
}

static uint32_t index_of(const struct trust_list *list, const char *cidr)
{
	struct cidr parsed;

	must(!cidr_parse(cidr, &parsed) && trust_list_find(list, &parsed), cidr);
	return trust_list_find(list, &parsed)->node;
}

/* The strangers are allowed, which makes them no nodes; the nodes are in two prefixes. */
static void set_trusted(struct ping_world *ping)
{
	struct ecdn_xdp_table_line *lines;
	struct trust_list list = {};
	struct cidr allowed[2];
	int fd;

	must(!cidr_parse("192.0.3.0/24", &allowed[0]) &&
	     !cidr_parse("2001:db8:78::/48", &allowed[1]) &&
	     !trust_list_allow(&list, allowed, 2, 1), "allow the strangers");
	add_node(&list, "192.0.2.0/24");
	add_node(&list, "192.0.2.32/27");
	add_node(&list, "2001:db8:76::/47");
	add_node(&list, "2001:db8:77::/64");
	ping->node_v4 = index_of(&list, "192.0.2.32/27");
	ping->node_v6 = index_of(&list, "2001:db8:77::/64");
	must(!trust_store_compile(&list, &lines), "compile a trusted table");
	fd = trust_store_table(lines, ECDN_XDP_TABLE_LINES_MAX, 1);
	must(fd >= 0, "make a trusted table");
	slot_unmap(lines);
	must(!bpf_map_update_elem(bpf_map__fd(ping->skel->maps.trusted_table), &(__u32){ 0 },
				  &fd, BPF_ANY), "set the trusted table");
	close(fd);
	trust_list_free(&list);
}

static void set_local(struct ping_world *ping, int family, const char *address)
{
	struct ecdn_xdp_local_key key = {
		.prefix_len = family == AF_INET ? 64 : 160,
		.family = family == AF_INET ? 4 : 6,
	};

	must(inet_pton(family, address, key.addr) == 1 &&
	     !bpf_map_update_elem(bpf_map__fd(ping->skel->maps.local_addresses), &key,
				  &(__u32){ 1 }, BPF_ANY), "set a local address");
}

void ping_open(struct ping_world *ping, uint32_t rows)
{
	memset(ping, 0, sizeof(*ping));
	ping->cpus = libbpf_num_possible_cpus();
	ping->skel = ping_bpf__open();
	must(ping->skel, "open ping");
	if (rows)
		bpf_map__set_max_entries(ping->skel->maps.node_stats, rows);
	must(!ping_bpf__load(ping->skel), "load ping");
	ping->prog = bpf_program__fd(ping->skel->progs.ping);
	set_trusted(ping);
	set_local(ping, AF_INET, PING_LOCAL_V4);
	set_local(ping, AF_INET6, PING_LOCAL_V6);
}

int ping_try(const struct ping_world *ping, const uint8_t *frame, uint32_t length,
		     uint32_t linear, struct ping_outcome *outcome)
{
	struct __sk_buff in = { .mark = PING_MARK_BEFORE, .data_end = linear }, out = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = length,
		    .data_out = outcome->data, .data_size_out = sizeof(outcome->data),
		    .ctx_in = &in, .ctx_size_in = sizeof(in), .ctx_out = &out,
		    .ctx_size_out = sizeof(out));

	if (bpf_prog_test_run_opts(ping->prog, &opts))
		return -errno;
	outcome->action = opts.retval;
	outcome->length = opts.data_size_out;
	outcome->mark = out.mark;
	return 0;
}

void ping_run(const struct ping_world *ping, const uint8_t *frame, uint32_t length,
		struct ping_outcome *outcome)
{
	must(!ping_try(ping, frame, length, 0, outcome), "test-run ping");
}

uint32_t ping_cost(const struct ping_world *ping, const uint8_t *frame, uint32_t length)
{
	uint32_t least = UINT32_MAX;

	for (int i = 0; i < COST_RUNS; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = length,
			    .repeat = COST_REPEAT);

		must(!bpf_prog_test_run_opts(ping->prog, &opts), "time ping");
		least = opts.duration < least ? opts.duration : least;
	}
	return least;
}

/* A node that was not heard has no row; all its counters are 0. */
void ping_node(const struct ping_world *ping, uint32_t index, struct ecdn_xdp_node_stats *sum)
{
	struct ecdn_xdp_node_stats *stats = calloc(ping->cpus, sizeof(*stats));

	must(stats, "allocate memory");
	memset(sum, 0, sizeof(*sum));
	if (bpf_map_lookup_elem(bpf_map__fd(ping->skel->maps.node_stats), &index, stats))
		must(errno == ENOENT, "read a node's counters");
	for (int cpu = 0; cpu < ping->cpus; cpu++) {
		sum->requests += stats[cpu].requests;
		sum->answered += stats[cpu].answered;
		sum->over_rate += stats[cpu].over_rate;
		sum->bytes += stats[cpu].bytes;
		if (stats[cpu].first_seen_ns &&
		    (!sum->first_seen_ns || stats[cpu].first_seen_ns < sum->first_seen_ns))
			sum->first_seen_ns = stats[cpu].first_seen_ns;
		if (stats[cpu].last_seen_ns > sum->last_seen_ns)
			sum->last_seen_ns = stats[cpu].last_seen_ns;
		if (stats[cpu].denied)
			sum->denied = stats[cpu].denied;
	}
	free(stats);
}

void ping_counters(const struct ping_world *ping, int family, struct ping_counters *sum)
{
	__u64 (*events)[PING_EVENTS] = calloc(ping->cpus, sizeof(*events));

	must(events, "allocate memory");
	memset(sum, 0, sizeof(*sum));
	must(!bpf_map_lookup_elem(bpf_map__fd(ping->skel->maps.ping_events), &(__u32){ 0 },
				  events), "read ping's events");
	for (int cpu = 0; cpu < ping->cpus; cpu++)
		for (size_t i = 0; i < PING_EVENTS; i++)
			sum->events[i] += events[cpu][i];
	free(events);
	ping_node(ping, family == 4 ? ping->node_v4 : ping->node_v6, &sum->node);
}

void ping_close(struct ping_world *ping)
{
	ping_bpf__destroy(ping->skel);
}

void ping_spend(const struct ping_world *ping, uint32_t index, uint64_t spent_ns)
{
	const struct ecdn_xdp_node_bucket bucket = { .spent_ns = spent_ns };

	must(!bpf_map_update_elem(bpf_map__fd(ping->skel->maps.node_buckets), &index, &bucket,
				  BPF_ANY), "set a node's bucket");
}
