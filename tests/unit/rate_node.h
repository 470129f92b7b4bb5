/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rate_node.h - a region's packets in simulated time: CPUs see the clock once a
 * jiffy and hand over what they counted, as bpf/limit.h does.
 */
#ifndef UNIT_RATE_NODE_H
#define UNIT_RATE_NODE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rate.h"

#define MS 1000000ULL
#define SECOND NS_PER_SECOND
/* Any time that is not the machine's first. */
#define START (1000 * SECOND + 123456789)
#define BITS (1000 * 8)         /* of the packets here */

/* A region's packets, spread over CPUs whose jiffies begin together. */
struct node {
	struct ecdn_xdp_region_rate rates;
	struct ecdn_xdp_limits limits;
	struct ecdn_xdp_load local[8];
	uint64_t measured_ns[8]; /* the CPU's last hand-over */
	unsigned int cpus, next;
	uint64_t jiffy_ns;
	uint32_t state;
};

static inline struct node node_new(unsigned int cpus, uint64_t hz, struct ecdn_xdp_limits limits)
{
	struct node node = { .cpus = cpus, .jiffy_ns = SECOND / hz, .limits = limits };

	return node;
}

/* One packet, on one CPU. The state it is judged by. */
static inline uint32_t node_packet_on(struct node *node, unsigned int cpu, uint64_t now_ns,
			       uint32_t connection)
{
	uint64_t jiffy_ns = now_ns - now_ns % node->jiffy_ns;

	if (jiffy_ns != node->measured_ns[cpu]) {
		rate_hand_over(&node->rates.claimed, &node->limits, &node->local[cpu],
			       node->measured_ns[cpu], jiffy_ns);
		node->state = rates_update(&node->rates, &node->limits, false, jiffy_ns);
		memset(&node->local[cpu], 0, sizeof(node->local[cpu]));
		node->measured_ns[cpu] = jiffy_ns;
	}
	node->local[cpu].packets++;
	node->local[cpu].bits += BITS;
	node->local[cpu].connections += connection;
	return node->state;
}

/* ... on the next one. */
static inline uint32_t node_packet(struct node *node, uint64_t now_ns, uint32_t connection)
{
	return node_packet_on(node, node->next++ % node->cpus, now_ns, connection);
}

/* Evenly spaced packets until a time; when the state became other than `from`, or 0. */
static inline uint64_t node_send(struct node *node, double pps, uint64_t from_ns, uint64_t to_ns,
			  uint32_t while_state)
{
	for (double t = from_ns; t < (double)to_ns; t += SECOND / pps)
		if (node_packet(node, t, 1) != while_state)
			return t;
	return 0;
}

static inline struct ecdn_xdp_limits limit_pps(uint64_t pps)
{
	struct ecdn_xdp_limits limits = { .pps = pps, .hold_ns = 10 * SECOND };

	return limits;
}

/* limited at START, then quiet at a share of the limit of 1000 */
static inline struct node surging_node(uint64_t hold_ns)
{
	struct node node = node_new(2, 250, limit_pps(1000));

	node.limits.hold_ns = hold_ns;
	assert_true(node_send(&node, 10000, START, START + SECOND, ECDN_XDP_STATE_NORMAL));
	assert_int_equal(node_send(&node, 10000, START + 200 * MS, START + 2 * SECOND,
				   ECDN_XDP_STATE_LIMITED), 0);
	return node;
}

#endif
