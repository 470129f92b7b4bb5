// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_nodes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/maps.h"
#include "kernel/object.h"
#include "kernel/part.h"
#include "kernel/percpu.h"
#include "ping.skel.h"

#define STATS "node_stats"
#define BUCKETS "node_buckets"

#define NODES_LEAST 1024

/* Twice the nodes, so that all of them may be replaced by others at once. The kernel makes
 * room by powers of two. */
static uint32_t roomy(uint32_t nodes)
{
	uint32_t room = NODES_LEAST;

	while (room < 2 * nodes && room < ECDN_XDP_TRUSTED_NODES_MAX)
		room *= 2;
	return room;
}

int ping_nodes_fits(const struct pins *pins, uint32_t nodes)
{
	scoped_fd int fd = pins_open(pins, BUCKETS);
	uint32_t room;
	int err = fd < 0 ? fd : maps_entries(fd, BUCKETS, &room);

	if (err)
		return err;
	if (nodes > room && room < ECDN_XDP_TRUSTED_NODES_MAX)
		return PART_FULL;
	return room / 2 > roomy(nodes) ? PART_WASTES : PART_FITS;
}

/* Of a node there may be two rows of counters. */
int ping_nodes_size(struct ping_bpf *ping, uint32_t nodes)
{
	int err = bpf_map__set_max_entries(ping->maps.node_buckets, roomy(nodes));

	err = err ?: bpf_map__set_max_entries(ping->maps.node_stats, 2 * roomy(nodes));
	return err ? log_error(err, "cannot size map " STATS ": %s", strerror(-err)) : 0;
}

static int unreadable(const char *map)
{
	return log_error(-errno, "cannot read map %s: %s", map, strerror(errno));
}

static int copy_buckets(const struct pins *pins)
{
	scoped_fd int old = pins_get(pins->dir, BUCKETS), new = pins_get(pins->next, BUCKETS);
	struct ecdn_xdp_node_bucket bucket;
	__u32 key, *last = NULL;
	int err = old < 0 ? old : new < 0 ? new : 0;

	while (!err && (err = maps_next(old, BUCKETS, last, &key)) > 0) {
		/* A row that is gone has been taken off the list. */
		if (bpf_map_lookup_elem(old, &key, &bucket))
			err = errno == ENOENT ? 0 : unreadable(BUCKETS);
		else
			err = maps_set(new, BUCKETS, &key, &bucket);
		last = &key;
	}
	return err;
}

static int make_map(const struct pins *pins, const char *name, uint32_t entries)
{
	struct ping_bpf *ping = ping_bpf__open();
	int err;

	if (!ping)
		return log_error(-ENOMEM, "out of memory for map %s", name);
	err = object_make_map(ping->obj, pins, name, entries);
	ping_bpf__destroy(ping);
	return err;
}

int ping_nodes_make(const struct pins *pins, uint32_t nodes)
{
	int err = make_map(pins, BUCKETS, roomy(nodes));

	err = err ?: make_map(pins, STATS, 2 * roomy(nodes));
	return err ?: copy_buckets(pins);
}

void ping_nodes_add(struct ecdn_xdp_node_stats *sum, const struct ecdn_xdp_node_stats *more)
{
	sum->requests += more->requests;
	sum->answered += more->answered;
	sum->over_rate += more->over_rate;
	sum->bytes += more->bytes;
	if (more->first_seen_ns &&
	    (!sum->first_seen_ns || more->first_seen_ns < sum->first_seen_ns))
		sum->first_seen_ns = more->first_seen_ns;
	if (more->last_seen_ns > sum->last_seen_ns)
		sum->last_seen_ns = more->last_seen_ns;
}

/* Adds a row of each CPU to the other's; a row that is not there is zeros. */
static int add_row(const struct percpu *old, __u32 key, struct ecdn_xdp_node_stats *sum)
{
	if (bpf_map_lookup_elem(old->fd, &key, old->values))
		return errno == ENOENT ? 0 : unreadable(STATS);
	for (unsigned int cpu = 0; cpu < old->cpus; cpu++)
		ping_nodes_add(&sum[cpu],
			       (const void *)((char *)old->values + cpu * old->stride));
	return 0;
}

static int carry(const struct percpu *old, int new)
{
	scoped_free struct ecdn_xdp_node_stats *sum = calloc(old->cpus, sizeof(*sum));
	__u32 key, carried, *last = NULL;
	int err = sum ? 0 : log_error(-ENOMEM, "out of memory for the nodes' counters");

	while (!err && (err = maps_next(old->fd, STATS, last, &key)) > 0) {
		carried = key | ECDN_XDP_NODE_CARRIED;
		memset(sum, 0, old->cpus * sizeof(*sum));
		err = add_row(old, key & ~ECDN_XDP_NODE_CARRIED, sum);
		err = err ?: add_row(old, carried, sum);
		err = err ?: maps_set(new, STATS, &carried, sum);
		last = &key;
	}
	return err;
}

int ping_nodes_take_over(const struct pins *pins)
{
	scoped_fd int old = -1, new = -1;
	struct percpu percpu;
	int err;

	if (!pins_has(pins->next, STATS))
		return 0;
	old = pins_get(pins->dir, STATS);
	new = pins_get(pins->next, STATS);
	if (old < 0 || new < 0)
		return old < 0 ? old : new;
	err = percpu_open(&percpu, old, STATS);
	err = err ?: carry(&percpu, new);
	percpu_close(&percpu);
	return err;
}
