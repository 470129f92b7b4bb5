/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_peers.h - whose connections the records came by, as small numbers: intermediate nodes, and
 * what else passes the header on, as a load balancer does. Anybody can connect to an origin, so an
 * address outside that is no node's has a number of its own only after XFF_PEERS_KNOWN records,
 * which are counted in a table of fixed size. All others share the number 0. Nothing is logged.
 */
#ifndef XFF_XFF_PEERS_H
#define XFF_XFF_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

#define XFF_PEERS_NODES 1024
#define XFF_PEERS_OTHERS 512
#define XFF_PEERS_MAX (XFF_PEERS_NODES + XFF_PEERS_OTHERS)
#define XFF_PEERS_KNOWN 64
#define XFF_PEERS_CANDIDATES 1024

struct xff_peer {
	struct address address;
	bool node;
};

struct xff_peers {
	uint64_t seed, random;
	uint32_t nodes, others;                 /* that have numbers */
	uint32_t count;                         /* of numbers, which begin at 1 */
	uint16_t slot[4 * XFF_PEERS_MAX];       /* numbers, by hash; 0: free */
	struct xff_peer at[XFF_PEERS_MAX + 1];
	struct {
		struct address address;
		uint32_t records;
	} candidate[XFF_PEERS_CANDIDATES];
};

/* The number of the peer of a record. */
uint16_t xff_peers_number(struct xff_peers *peers, const struct address *address, bool node);

/* Whether records came from this address, as a node's. */
bool xff_peers_have_node(const struct xff_peers *peers, const struct address *address);

#endif
