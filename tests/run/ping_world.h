/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_world.h - the real `ping`, loaded but attached nowhere, that knows the nodes and
 * addresses of the fixtures. Whatever cannot be set up ends the test.
 */
#ifndef RUN_PING_WORLD_H
#define RUN_PING_WORLD_H

#include "ping_fixture.h"

#define PING_EVENTS (sizeof(struct ecdn_xdp_ping_events) / sizeof(__u64))
#define PING_TTL 64
#define PING_HOP_LIMIT 63
#define PING_MARK_BEFORE 0x00000105U

struct ping_bpf;

struct ping_world {
	struct ping_bpf *skel;
	int prog;
	int cpus;
	uint32_t node_v4, node_v6;      /* indices of the fixtures' nodes */
	struct ecdn_xdp_ping_config config; /* as last written */
};

/* Of all CPUs. */
struct ping_counters {
	__u64 events[PING_EVENTS];
	struct ecdn_xdp_node_stats node;
};

struct ping_outcome {
	uint32_t action;
	uint32_t mark;
	uint32_t length;
	uint8_t data[PING_FRAME_MAX];
};

/* rows: nodes that can be heard; 0: as the program has it. */
void ping_open(struct ping_world *ping, uint32_t rows);
void ping_close(struct ping_world *ping);
void ping_configure(struct ping_world *ping, uint32_t mode, bool only_nodes, uint64_t rate,
		    uint64_t burst);

/* The frame comes with PING_MARK_BEFORE. */
void ping_run(const struct ping_world *ping, const uint8_t *frame, uint32_t length,
	      struct ping_outcome *outcome);

/* The same, with so much of the frame in the linear part; 0: all. Negative errno. */
int ping_try(const struct ping_world *ping, const uint8_t *frame, uint32_t length,
	     uint32_t linear, struct ping_outcome *outcome);

/* Nanoseconds that the program takes for a frame that it leaves as it is. */
uint32_t ping_cost(const struct ping_world *ping, const uint8_t *frame, uint32_t length);

/* The sum of all CPUs, `denied` of one that has it; the node's is of the family's. */
void ping_counters(const struct ping_world *ping, int family, struct ping_counters *sum);
void ping_node(const struct ping_world *ping, uint32_t index, struct ecdn_xdp_node_stats *sum);

/* A node's tokens become spent up to that time. */
void ping_spend(const struct ping_world *ping, uint32_t index, uint64_t spent_ns);

#endif
