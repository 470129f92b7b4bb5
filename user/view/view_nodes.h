/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_nodes.h - the intermediate nodes with what came from each: the model that every
 * reader of them prints. Counters are added up over CPUs.
 */
#ifndef VIEW_VIEW_NODES_H
#define VIEW_VIEW_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "base/cidr.h"

struct node_view {
	struct cidr cidr;
	uint32_t index;         /* of its rows in the maps */
	char name[ECDN_XDP_TRUSTED_NAME_SIZE]; /* empty: none */
	uint64_t added_at;      /* seconds since the epoch */
	struct ecdn_xdp_node_stats stats;
};

struct nodes {
	uint64_t now_ns;        /* CLOCK_MONOTONIC */
	uint64_t epoch_ns;      /* CLOCK_REALTIME - CLOCK_MONOTONIC */
	struct node_view *at;   /* by family, address and length */
	size_t count;
};

/* Errors are said. To be freed with nodes_free(). */
int nodes_read(struct nodes *nodes, const char *pin_dir);
void nodes_free(struct nodes *nodes);

/* Adds what one CPU counted. */
void node_stats_add(struct ecdn_xdp_node_stats *sum, const struct ecdn_xdp_node_stats *more);

/* Whether anything ever came from it. */
bool node_heard(const struct node_view *node);

/* Of a time _ns: seconds since the epoch, and how many are past; 0 stays 0. */
uint64_t nodes_epoch(const struct nodes *nodes, uint64_t ns);
uint64_t nodes_seconds_ago(const struct nodes *nodes, uint64_t ns);

#endif
