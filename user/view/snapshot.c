// SPDX-License-Identifier: BSD-2-Clause
#include "view/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "guard/region_store.h"
#include "kernel/slot.h"
#include "kernel/maps.h"
#include "steer/steer_part.h"
#include "rate.h"
#include "regions/table.h"

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

/* Adds up one per-CPU value of 64-bit counters. cpu_values: room for one of each CPU. */
static int read_sum(int fd, const char *map, __u32 key, uint64_t *cpu_values, int cpus,
		    void *sum, size_t size)
{
	size_t words = size / sizeof(uint64_t);
	uint64_t *to = sum;
	int err = maps_get(fd, map, &key, cpu_values);

	if (err)
		return err;
	memset(sum, 0, size);
	for (int cpu = 0; cpu < cpus; cpu++)
		for (size_t i = 0; i < words; i++)
			to[i] += cpu_values[cpu * words + i];
	return 0;
}

/* What the kernel would make of the region's rates if a packet came now. */
static void judge(struct region_view *view, struct ecdn_xdp_rate *rate, uint64_t now_ns)
{
	struct ecdn_xdp_load load;

	view->state = rate_update(rate, &view->limits, now_ns);
	view->limited_ns = view->state == ECDN_XDP_STATE_LIMITED ? rate->limited_ns : 0;
	load = window_load(&rate->slow, RATE_SLOW_SPAN, now_ns);
	view->pps = per_second(load.packets);
	view->bps = per_second(load.bits);
	view->cps = per_second(load.connections);
}

static int read_region(struct region_view *view, const struct maps *maps, uint64_t now_ns,
		       uint64_t *cpu_values, int cpus)
{
	struct ecdn_xdp_region_rate shared;
	int err = maps_limits(maps, view->id, &view->limits);

	err = err ?: maps_get(maps->region_rate, "region_rate", &view->id, &shared);
	err = err ?: read_sum(maps->region_stats, "region_stats", view->id, cpu_values, cpus,
			      &view->stats, sizeof(view->stats));
	if (!err)
		judge(view, &shared.rate, now_ns);
	return err;
}

static int read_regions(struct snapshot *snapshot, const struct maps *maps,
			uint64_t *cpu_values, int cpus)
{
	struct names *names;
	int err = maps_names(maps, &names);

	if (err)
		return err;
	snapshot->regions = calloc(names_count(names), sizeof(*snapshot->regions));
	if (!snapshot->regions)
		err = log_error(-ENOMEM, "out of memory");
	for (uint32_t id = 0; id < names_count(names) && !err; id++) {
		struct region_view *view = &snapshot->regions[id];

		view->id = id;
		strcpy(view->name, names_of(names, id));
		err = read_region(view, maps, snapshot->now_ns, cpu_values, cpus);
		snapshot->region_count = id + 1;
	}
	names_free(names);
	return err;
}

/* In one go: a system call for each CPU of each region would take its time. */
static int read_requests(struct snapshot *snapshot, const struct maps *maps, int cpus)
{
	uint32_t regions = snapshot->config.max_regions;
	size_t size = (size_t)cpus * regions * sizeof(struct ecdn_xdp_requests);
	const struct ecdn_xdp_requests *all = mmap(NULL, size, PROT_READ, MAP_SHARED,
						   maps->request_stats, 0);

	if (all == MAP_FAILED)
		return log_error(-errno, "cannot map request_stats: %s", strerror(errno));
	for (uint32_t id = 0; id < snapshot->region_count; id++) {
		struct ecdn_xdp_requests *sum = &snapshot->regions[id].requests;

		for (int cpu = 0; cpu < cpus; cpu++) {
			sum->requests += all[cpu * regions + id].requests;
			sum->refused += all[cpu * regions + id].refused;
		}
	}
	munmap((void *)all, size);
	return 0;
}

static int read_table(struct snapshot *snapshot, const struct maps *maps)
{
	const struct ecdn_xdp_table_line *lines;
	int err = generation_map(maps, &lines);

	if (err)
		return err;
	snapshot->table = *table_header((struct ecdn_xdp_table_line *)lines);
	lines_unmap(lines);
	return 0;
}

static int read_attachments(struct snapshot *snapshot, const char *pin_dir)
{
	unsigned int count;
	char **names;
	int err = attach_names(pin_dir, &names, &count);

	if (err)
		return err;
	snapshot->attachments = calloc(count + 1, sizeof(*snapshot->attachments));
	if (!snapshot->attachments)
		err = log_error(-ENOMEM, "out of memory");
	for (unsigned int i = 0; i < count && !err; i++) {
		struct attachment *to = &snapshot->attachments[snapshot->attachment_count];

		err = attach_read(to, pin_dir, names[i]);
		attach_close(to);
		snapshot->attachment_count += !err;
	}
	pins_free_names(names, count);
	return err;
}

static int read_maps(struct snapshot *snapshot, const struct maps *maps)
{
	int cpus = libbpf_num_possible_cpus();
	scoped_free uint64_t *cpu_values = NULL;
	int err;

	if (cpus > 0)
		cpu_values = calloc(cpus, sizeof(struct ecdn_xdp_region_stats));
	if (!cpu_values)
		return log_error(-ENOMEM, "out of memory");
	err = maps_config(maps, &snapshot->config);
	err = err ?: maps_get(maps->protected_ports, "protected_ports", &(__u32){ 0 },
			      &snapshot->ports);
	err = err ?: read_sum(maps->events, "events", 0, cpu_values, cpus, &snapshot->events,
			      sizeof(snapshot->events));
	err = err ?: read_table(snapshot, maps);
	err = err ?: read_regions(snapshot, maps, cpu_values, cpus);
	return err ?: read_requests(snapshot, maps, cpus);
}

int snapshot_read(struct snapshot *snapshot, const char *pin_dir)
{
	char path[PINS_PATH_SIZE];
	struct maps maps;
	int err = maps_open(&maps, pin_dir);

	memset(snapshot, 0, sizeof(*snapshot));
	if (err)
		return err;
	snapshot->now_ns = clock_ns(CLOCK_MONOTONIC);
	snapshot->epoch_ns = clock_ns(CLOCK_REALTIME) - snapshot->now_ns;
	snapshot->has_iterator = !access(pins_path(pin_dir, PINS_ITERATOR, path), F_OK);
	err = read_maps(snapshot, &maps);
	err = err ?: read_attachments(snapshot, pin_dir);
	err = err ?: steering_read(pin_dir, &snapshot->steer_attached, &snapshot->steer_here);
	maps_close(&maps);
	if (err)
		snapshot_free(snapshot);
	return err;
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->attachments);
	free(snapshot->regions);
}

const struct region_view *snapshot_region(const struct snapshot *snapshot, const char *name)
{
	for (uint32_t i = 0; i < snapshot->region_count; i++)
		if (!strcmp(snapshot->regions[i].name, name))
			return &snapshot->regions[i];
	log_error(0, "region \"%s\": not in the table; `ecdn-xdp region` lists what is", name);
	return NULL;
}

struct ecdn_xdp_traffic snapshot_drops(const struct ecdn_xdp_drops *drops)
{
	struct ecdn_xdp_traffic sum = {
		drops->blocked.packets + drops->prefix_pps.packets + drops->answer_cps.packets,
		drops->blocked.bytes + drops->prefix_pps.bytes + drops->answer_cps.bytes,
	};

	return sum;
}

uint64_t snapshot_epoch(const struct snapshot *snapshot, uint64_t ns)
{
	return (snapshot->epoch_ns + ns) / NS_PER_SECOND;
}

const char *snapshot_state_name(uint32_t state)
{
	static const char *const names[] = {
		[ECDN_XDP_STATE_NORMAL] = "normal",
		[ECDN_XDP_STATE_LIMITED] = "limited",
		[ECDN_XDP_STATE_EXEMPT] = "exempt",
		[ECDN_XDP_STATE_BLOCKED] = "blocked",
	};
	_Static_assert(sizeof(names) / sizeof(*names) == ECDN_XDP_STATE_MAX, "a name each");

	return state < ECDN_XDP_STATE_MAX ? names[state] : "?";
}
