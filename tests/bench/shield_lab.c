// SPDX-License-Identifier: BSD-2-Clause
#include "shield.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "guard/counts.h"
#include "guard/guard_maps.h"
#include "kernel/pins.h"

#define REGION_ID 1             /* the table has one region */

static int open_netns(const char *name)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0, path);
	return fd;
}

static void enter(int netns)
{
	need(!setns(netns, CLONE_NEWNET), "enter a network namespace");
}

void lab_enter(const struct lab *lab)
{
	enter(lab->host);
}

void lab_enter_edge(const struct lab *lab)
{
	enter(lab->edge);
}

/* Until this process ends. */
static void attach_empty(const struct bpf_program *program)
{
	need(bpf_program__attach_xdp(program, if_nametoindex(LAB_EDGE_IFACE)),
	     "attach an empty program");
}

void lab_open(struct lab *lab, const char *text)
{
	char host[64], edge[64], pins[64];

	need(sscanf(text, "%63[^:]:%63[^:]:%63s", host, edge, pins) == 3, text);
	lab->empty = empty_bpf__open_and_load();
	need(lab->empty, "load empty programs");
	lab->edge = open_netns(edge);
	lab->host = open_netns(host);
	enter(lab->edge);
	if (*pins == '/')
		lab->pins = strdup(pins);
	else
		attach_empty(strcmp(pins, "drop") ? lab->empty->progs.empty_pass :
						    lab->empty->progs.empty_drop);
	lab_enter(lab);
	forge_open(&lab->forge, LAB_HOST_IFACE);
}

static int open_pin(const struct lab *lab, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", lab->pins, name);
	fd = bpf_obj_get(path);
	need(fd >= 0, path);
	return fd;
}

const char *lab_state(const struct lab *lab)
{
	static const char *const name[ECDN_XDP_STATE_MAX] = {
		"normal", "limited", "exempt", "blocked", "shielded",
	};
	struct ecdn_xdp_region_state state;
	int fd;

	if (!lab->pins)
		return "-";
	fd = open_pin(lab, "region_state");
	need(!bpf_map_lookup_elem(fd, &(uint32_t){ REGION_ID }, &state), "read a region's state");
	close(fd);
	return state.state < ECDN_XDP_STATE_MAX ? name[state.state] : "?";
}

uint64_t lab_dropped(const struct lab *lab)
{
	struct region_counts counts;
	struct guard_maps maps;
	struct mapped rows;
	struct pins pins;

	if (!lab->pins)
		return 0;
	need(!pins_init(&pins, lab->pins) && !guard_maps_open(&maps, &pins), "open the pins");
	need(!mapped_open(&rows, maps.region_cpu, "region_cpu",
			  sizeof(struct ecdn_xdp_region_cpu)), "map the counters");
	counts_of_region(&rows, ECDN_XDP_REGIONS_DEFAULT, REGION_ID, &counts);
	mapped_close(&rows);
	guard_maps_close(&maps);
	return counts.dropped.blocked.packets + counts.dropped.prefix_pps.packets +
	       counts.dropped.answer_cps.packets + counts.dropped.no_socket.packets +
	       counts.dropped.trusted_pps.packets;
}

uint64_t lab_steered(const struct lab *lab)
{
	unsigned int cpus = libbpf_num_possible_cpus();
	struct ecdn_xdp_steer_stats *stats = calloc(cpus, sizeof(*stats));
	struct ecdn_xdp_steer_key key, *last = NULL;
	int fd = open_pin(lab, "steer_stats");
	uint64_t sum = 0;

	need(stats, "find memory");
	for (; !bpf_map_get_next_key(fd, last, &key); last = &key) {
		need(!bpf_map_lookup_elem(fd, &key, stats), "read what steer counts");
		for (unsigned int i = 0; i < cpus; i++)
			sum += stats[i].steered;
	}
	free(stats);
	close(fd);
	return sum;
}

void lab_limit(const struct lab *lab, const char *options)
{
	char command[256];

	snprintf(command, sizeof(command), "build/ecdn-xdp limit set default -q --pin-dir %s %s",
		 lab->pins, options);
	need(!system(command), "set limits");
}
