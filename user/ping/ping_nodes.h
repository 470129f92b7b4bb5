/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_nodes.h - the maps of ping that have rows of nodes, which are sized by the list of
 * nodes. Errors are logged.
 *
 * Maps that are full are replaced by larger ones while programs count. What the old program
 * counted last is known only when the new one counts already, and a row that a program counts
 * in cannot be added to from outside without losing something. So it goes to a row of its
 * own, ECDN_XDP_NODE_CARRIED, and readers add both up.
 */
#ifndef PING_PING_NODES_H
#define PING_PING_NODES_H

#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "kernel/pins.h"

struct ping_bpf;

/* How the pinned maps suit a list of so many nodes: an enum part_fit, or a negative errno. */
int ping_nodes_fits(const struct pins *pins, uint32_t nodes);

/* Sets the size of the maps of an object that is not loaded. */
int ping_nodes_size(struct ping_bpf *ping, uint32_t nodes);

/* Makes in pins->next maps for so many nodes in the place of those in pins->dir; they have
 * the token buckets of these. */
int ping_nodes_make(const struct pins *pins, uint32_t nodes);

/* Takes over what the old maps have counted, if there are new ones in pins->next. No program
 * counts in the old ones any more. */
int ping_nodes_take_over(const struct pins *pins);

/* Adds up what was counted of a node in two places. */
void ping_nodes_add(struct ecdn_xdp_node_stats *sum, const struct ecdn_xdp_node_stats *more);

#endif
