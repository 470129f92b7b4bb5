/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_world.h - the real `ping`, loaded but not attached, with the nodes and addresses
 * of the fixtures. If something cannot be set up, the test ends.
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
	struct ecdn_xdp_ping_config config; /* as it was last written */
};

/* Counters, added up over all CPUs. */
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

/* Loads the program. rows: how many nodes it has counters for; 0: as many as in
 * production. */
void ping_open(struct ping_world *ping, uint32_t rows);
void ping_close(struct ping_world *ping);
void ping_configure(struct ping_world *ping, uint32_t mode, bool only_nodes, uint64_t rate,
		    uint64_t burst);

/* Switches the tool off or on, as config.off does. */
void ping_switch(const struct ping_world *ping, bool off);

/* Runs the program on a frame that carries the mark PING_MARK_BEFORE. */
void ping_run(const struct ping_world *ping, const uint8_t *frame, uint32_t length,
	      struct ping_outcome *outcome);

/* Does the same with the first `linear` bytes in the linear part of the frame; 0: all.
 * Returns 0 or a negative errno. */
int ping_try(const struct ping_world *ping, const uint8_t *frame, uint32_t length,
	     uint32_t linear, struct ping_outcome *outcome);

/* Returns the nanoseconds that the program takes for a frame that it leaves as it is. */
uint32_t ping_cost(const struct ping_world *ping, const uint8_t *frame, uint32_t length);

/* Read the events and the counters of the family's node, and the counters of any node,
 * added up over all CPUs; `denied` is that of one CPU that has it. */
void ping_counters(const struct ping_world *ping, int family, struct ping_counters *sum);
void ping_node(const struct ping_world *ping, uint32_t index, struct ecdn_xdp_node_stats *sum);

/* Sets a node's bucket to have spent its tokens up to that time. */
void ping_spend(const struct ping_world *ping, uint32_t index, uint64_t spent_ns);

#endif
