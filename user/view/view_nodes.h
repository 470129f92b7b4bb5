/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_nodes.h - one read of the intermediate nodes and of what came from each. Counters
 * are sums over CPUs.
 */
#ifndef VIEW_VIEW_NODES_H
#define VIEW_VIEW_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "base/clock.h"
#include "base/cidr.h"
#include "view/view_rates.h"

struct view_node {
	struct cidr cidr;
	uint32_t index;         /* of its rows in the maps */
	char name[ECDN_XDP_TRUSTED_NAME_SIZE]; /* empty: none */
	uint64_t added_at;      /* seconds since the epoch */
	struct ecdn_xdp_node_stats stats; /* of its pings; answered: none if they are passed on */
	uint64_t passed;        /* pings that went on to the stack with the mark */
	struct view_rate rate;  /* of what came to protected ports */
};

struct view_nodes {
	struct clock_moment moment; /* of reading */
	struct view_node *at;   /* by family, address and length */
	size_t count;
	bool passes;            /* ping's mode: nodes' pings go on to the stack, unanswered */
};

/* 0 or a negative errno, logged. To be freed with view_nodes_free(). */
int view_nodes_read(struct view_nodes *nodes, const char *pin_dir);
void view_nodes_free(struct view_nodes *nodes);

/* Whether anything ever came from the node. */
bool view_nodes_heard(const struct view_node *node);

#endif
