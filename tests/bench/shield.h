/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shield.h - an edge with a web server, and a host beside it from which a flood and clients
 * come: what tests/bench/shield.sh makes.
 */
#ifndef BENCH_SHIELD_H
#define BENCH_SHIELD_H

#include "bench.h"
#include "empty.skel.h"
#include "forge.h"

struct flood {
	const struct flood_kind *kind;
	unsigned int rate;      /* packets/s */
	bool near;              /* it comes from the clients' own /24, not from the whole region */
	uint64_t shield_cps;    /* 0: as it is */
};

struct lab {
	int host, edge;         /* network namespaces */
	const char *pins;       /* of the edge's guard, or NULL */
	struct empty_bpf *empty;
	struct forge forge;     /* out of the host, to the edge */
	uint64_t sent;          /* frames of floods */
};

/* By these the flood reaches the edge. */
#define LAB_HOST_IFACE "h0"
#define LAB_EDGE_IFACE "e0"

/* HOST:EDGE:PINS, network namespaces by name. PINS may be "pass" or "drop", for no guard but an
 * empty program that does that. */
void lab_open(struct lab *lab, const char *text);

/* This thread is in that network namespace from now on. */
void lab_enter(const struct lab *lab);
void lab_enter_edge(const struct lab *lab);

const char *lab_state(const struct lab *lab);
uint64_t lab_dropped(const struct lab *lab);
uint64_t lab_steered(const struct lab *lab);
/* Options of `ecdn-xdp limit set default`. */
void lab_limit(const struct lab *lab, const char *options);

/* What connections pay for the programs that see them. Ends the lab: they are off afterwards. */
void bench_connection(const struct lab *lab, const char *server, const char *client);

#endif
