// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_nodes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/percpu.h"
#include "ping/ping_maps.h"
#include "ping/ping_nodes.h"
#include "ping/ping_part.h"
#include "trust/trust_store.h"
#include "view/view_pins.h"

/* Rows that one system call reads: some MiB on a machine of many CPUs. */
#define BATCH 1024

struct rows {
	uint32_t index[BATCH];
	char *stats;            /* of each row, of each CPU, percpu->stride bytes apart */
	const struct percpu *percpu;
};

static int list_nodes(struct view_nodes *nodes, const struct trust_list *list,
		      const struct view_rates *rates)
{
	int err = 0;

	nodes->at = calloc(list->count + 1, sizeof(*nodes->at));
	if (!nodes->at)
		return log_error(-ENOMEM, "out of memory for the nodes");
	for (size_t i = 0; i < list->count && !err; i++) {
		const struct ecdn_xdp_trusted_row *row = &list->row[i];
		struct view_node *node = &nodes->at[nodes->count];

		if (!trust_list_is_node(row))
			continue;
		trust_list_cidr(row, &node->cidr);
		node->index = trust_list_index(row);
		memcpy(node->name, row->name, sizeof(node->name));
		node->added_at = row->added_at;
		err = view_rates_read(rates, row->node, &node->rate);
		nodes->count++;
	}
	return err;
}

static void add_cpus(const struct rows *rows, uint32_t row, struct view_node *node)
{
	const struct percpu *percpu = rows->percpu;
	const char *stats = rows->stats + (size_t)row * percpu->cpus * percpu->stride;

	for (unsigned int cpu = 0; cpu < percpu->cpus; cpu++)
		ping_nodes_add(&node->stats, (const void *)(stats + cpu * percpu->stride));
}

/* A row may belong to no node on the list: one has just been added or removed. */
static void add_rows(const struct rows *rows, uint32_t count, struct view_node **by_index)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t index = rows->index[i] & ~ECDN_XDP_NODE_CARRIED;
		struct view_node *node = index < ECDN_XDP_TRUSTED_NODES_MAX ?
			by_index[index] : NULL;

		if (node)
			add_cpus(rows, i, node);
	}
}

static int read_batches(struct rows *rows, struct view_node **by_index)
{
	uint32_t bucket, *from = NULL;
	int err = 0;

	while (!err) {
		uint32_t count = BATCH, next;

		err = bpf_map_lookup_batch(rows->percpu->fd, from, &next, rows->index,
					   rows->stats, &count, NULL);
		if (err && err != -ENOENT)
			return log_error(err, "cannot read map %s: %s", rows->percpu->map,
					 strerror(-err));
		add_rows(rows, count, by_index);
		bucket = next;
		from = &bucket;
	}
	return 0;
}

static int read_rows(struct view_nodes *nodes, const struct percpu *percpu)
{
	scoped_free struct view_node **by_index = calloc(ECDN_XDP_TRUSTED_NODES_MAX,
							 sizeof(struct view_node *));
	scoped_free char *stats = calloc((size_t)BATCH * percpu->cpus, percpu->stride);
	struct rows rows = { .stats = stats, .percpu = percpu };

	if (!by_index || !stats)
		return log_error(-ENOMEM, "out of memory for the nodes' counters");
	if (percpu->stride < sizeof(struct ecdn_xdp_node_stats))
		return log_error(-EPROTO, "map %s has too short values", percpu->map);
	for (size_t i = 0; i < nodes->count; i++)
		if (nodes->at[i].index < ECDN_XDP_TRUSTED_NODES_MAX)
			by_index[nodes->at[i].index] = &nodes->at[i];
	return read_batches(&rows, by_index);
}

/* Without ping no node was heard. */
static int read_stats(struct view_nodes *nodes, const struct trust_maps *maps)
{
	struct percpu percpu;
	int err;

	if (maps->node_stats < 0)
		return 0;
	err = maps_check_key(maps->node_stats, "node_stats", sizeof(uint32_t));
	if (err)
		return err;
	err = percpu_open(&percpu, maps->node_stats, "node_stats");
	err = err ?: read_rows(nodes, &percpu);
	percpu_close(&percpu);
	return err;
}

/* The program has one counter for both modes: the present one tells what it is taken for. */
static void tell_passed(struct view_nodes *nodes)
{
	for (size_t i = 0; i < nodes->count && nodes->passes; i++) {
		nodes->at[i].passed = nodes->at[i].stats.answered;
		nodes->at[i].stats.answered = 0;
	}
}

static int read_mode(struct view_nodes *nodes, const struct pins *pins)
{
	struct ecdn_xdp_ping_config config = {};
	struct ping_maps maps;
	int err;

	if (!part_is_loaded(&ping_part, pins->dir))
		return 0;
	err = maps_open(ping_maps_rows, &maps, pins);
	err = err ?: maps_get(maps.ping_config, "ping_config", &(__u32){ 0 }, &config);
	maps_close(ping_maps_rows, &maps);
	nodes->passes = config.mode == ECDN_XDP_PING_PASS;
	return err;
}

int view_nodes_read(struct view_nodes *nodes, const char *pin_dir)
{
	struct trust_list list = {};
	struct view_rates rates;
	struct trust_maps maps;
	struct view_pins pins;
	int err = view_pins_read(&pins, pin_dir);

	memset(nodes, 0, sizeof(*nodes));
	if (err)
		return err;
	err = maps_open(trust_store_rows, &maps, &pins.pins);
	err = err ?: trust_store_read(&maps, &list);
	if (!err) {
		err = view_rates_open(&rates, pin_dir);
		err = err ?: list_nodes(nodes, &list, &rates);
		view_rates_close(&rates);
	}
	err = err ?: read_stats(nodes, &maps);
	err = err ?: read_mode(nodes, &pins.pins);
	if (!err)
		tell_passed(nodes);
	nodes->moment = clock_now();
	trust_list_free(&list);
	maps_close(trust_store_rows, &maps);
	if (err)
		view_nodes_free(nodes);
	return err;
}

void view_nodes_free(struct view_nodes *nodes)
{
	free(nodes->at);
	memset(nodes, 0, sizeof(*nodes));
}

bool view_nodes_heard(const struct view_node *node)
{
	return node->stats.last_seen_ns;
}
