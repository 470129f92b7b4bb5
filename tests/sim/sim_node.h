/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_node.h - a region of a guard whose agent learns: the product's windows and states
 * (bpf/rate.h), and its learned limits (user/learn/), fed by the second.
 */
#ifndef SIM_NODE_H
#define SIM_NODE_H

#include "learn/learn.h"
#include "rate.h"

struct sim_node {
	struct learn learn;
	struct ecdn_xdp_region_rate rates;
	struct ecdn_xdp_limits limits;
	double before, net_before; /* the second before */
	uint64_t measured_s;    /* the last second that the windows have */
	uint32_t state;         /* enum ecdn_xdp_state */
	unsigned int notices;
};

void sim_node_init(struct sim_node *node);

/* A second's packets, and those of them that may limit the region; others only shield it. */
void sim_node_second(struct sim_node *node, const struct learn_settings *settings,
		     uint64_t epoch_s, double pps, double net_pps);

#endif
