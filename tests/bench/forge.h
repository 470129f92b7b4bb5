/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forge.h - frames of made-up sources, out of an interface. Ports and sequence numbers differ
 * too, and checksums are right, so that a host's stack takes each for a packet of its own.
 */
#ifndef BENCH_FORGE_H
#define BENCH_FORGE_H

#include <stdbool.h>
#include <stdint.h>

#define FORGE_FRAME 128
#define FORGE_BATCH 64

struct flood_kind {
	const char *name;
	bool tcp, opens;        /* TCP to port 80, else UDP to 443; a SYN, else an ACK */
};

struct forge {
	int fd;
	uint32_t network_be, hosts_be; /* a source is the network's address and any of these bits */
	uint32_t ip_sum, tcp_sum; /* of the headers' 16-bit words, without what changes */
	uint8_t frame[FORGE_BATCH][FORGE_FRAME];
	unsigned int length;
};

/* In this thread's network namespace. */
void forge_open(struct forge *forge, const char *iface);

void forge_aim(struct forge *forge, const struct flood_kind *kind, uint32_t server_be,
	       uint32_t network_be, uint32_t hosts_be);

/* Sends that many, and returns the CPU time in ns that the kernel took for them. */
double forge_send(struct forge *forge, unsigned int count);

#endif
