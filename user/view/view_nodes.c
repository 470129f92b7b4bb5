// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_nodes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "trust/trust_store.h"

#define NS_PER_SECOND 1000000000ULL

/* Rows that one system call reads: some MiB on a machine of many CPUs. */
#define BATCH 1024

struct rows {
	uint32_t index[BATCH];
	struct ecdn_xdp_node_stats *stats; /* of each row, of each CPU */
	int cpus;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

void node_stats_add(struct ecdn_xdp_node_stats *sum, const struct ecdn_xdp_node_stats *more)
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

static int view_nodes(struct nodes *nodes, const struct trusted_list *list)
{
	nodes->at = calloc(list->count + 1, sizeof(*nodes->at));
	if (!nodes->at)
		return log_error(-ENOMEM, "out of memory for the nodes");
	for (size_t i = 0; i < list->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &list->row[i];
		struct node_view *node = &nodes->at[nodes->count];

		if (!row->node)
			continue;
		trusted_cidr(row, &node->cidr);
		node->index = row->node;
		memcpy(node->name, row->name, sizeof(node->name));
		node->added_at = row->added_at;
		nodes->count++;
	}
	return 0;
}

/* A row may belong to no node: of one that has just come or gone. */
static void add_rows(const struct rows *rows, uint32_t count, struct node_view **by_index)
{
	for (uint32_t i = 0; i < count; i++) {
		struct node_view *node = rows->index[i] < ECDN_XDP_TRUSTED_NODES_MAX ?
			by_index[rows->index[i]] : NULL;

		for (int cpu = 0; node && cpu < rows->cpus; cpu++)
			node_stats_add(&node->stats, &rows->stats[i * rows->cpus + cpu]);
	}
}

static int read_batches(int fd, struct rows *rows, struct node_view **by_index)
{
	uint32_t bucket, *from = NULL;
	int err = 0;

	while (!err) {
		uint32_t count = BATCH, next;

		err = bpf_map_lookup_batch(fd, from, &next, rows->index, rows->stats, &count, NULL);
		if (err && err != -ENOENT)
			return log_error(err, "cannot read map node_stats: %s", strerror(-err));
		add_rows(rows, count, by_index);
		bucket = next;
		from = &bucket;
	}
	return 0;
}

static int read_stats(struct nodes *nodes, const struct maps *maps)
{
	scoped_free struct node_view **by_index = calloc(ECDN_XDP_TRUSTED_NODES_MAX,
							 sizeof(*by_index));
	struct rows rows = { .cpus = libbpf_num_possible_cpus() };
	int err;

	if (rows.cpus > 0)
		rows.stats = calloc((size_t)BATCH * rows.cpus, sizeof(*rows.stats));
	if (!by_index || !rows.stats) {
		free(rows.stats);
		return log_error(-ENOMEM, "out of memory for the nodes' counters");
	}
	for (size_t i = 0; i < nodes->count; i++)
		if (nodes->at[i].index < ECDN_XDP_TRUSTED_NODES_MAX)
			by_index[nodes->at[i].index] = &nodes->at[i];
	err = read_batches(maps->node_stats, &rows, by_index);
	free(rows.stats);
	return err;
}

int nodes_read(struct nodes *nodes, const char *pin_dir)
{
	struct trusted_list list = {};
	struct maps maps;
	int err = maps_open(&maps, pin_dir);

	memset(nodes, 0, sizeof(*nodes));
	err = err ?: trusted_read(&maps, &list);
	err = err ?: view_nodes(nodes, &list);
	err = err ?: read_stats(nodes, &maps);
	nodes->now_ns = clock_ns(CLOCK_MONOTONIC);
	nodes->epoch_ns = clock_ns(CLOCK_REALTIME) - nodes->now_ns;
	trusted_free(&list);
	maps_close(&maps);
	if (err)
		nodes_free(nodes);
	return err;
}

void nodes_free(struct nodes *nodes)
{
	free(nodes->at);
	memset(nodes, 0, sizeof(*nodes));
}

bool node_heard(const struct node_view *node)
{
	return node->stats.last_seen_ns;
}

uint64_t nodes_epoch(const struct nodes *nodes, uint64_t ns)
{
	return ns ? (nodes->epoch_ns + ns) / NS_PER_SECOND : 0;
}

uint64_t nodes_seconds_ago(const struct nodes *nodes, uint64_t ns)
{
	return ns && nodes->now_ns > ns ? (nodes->now_ns - ns) / NS_PER_SECOND : 0;
}
