/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * asking.h - real clients of a web server: some have connected to it before, some come for the
 * first time, and one keeps its connection. All ask at the same time, for a while.
 */
#ifndef BENCH_ASKING_H
#define BENCH_ASKING_H

#include <stdbool.h>
#include <stdint.h>

enum asker {
	ASKER_BEFORE,           /* a new connection each, of an address that has connected before */
	ASKER_FIRST,            /* a new connection each, of an address that never has */
	ASKER_KEPT,             /* requests of one connection, which was open before */
	ASKERS,
};

#define ASKING_COUNT 100        /* requests of each kind */
#define ASKING_KNOWN 20         /* addresses that have connected before */
#define ASKING_PERIOD_MS 20.0   /* between two requests of a kind ... */
#define ASKING_KEPT_MS 50.0     /* ... and of the connection that is kept */
#define ASKING_PATIENCE_MS 500.0 /* a SYN that is lost comes again after a second */

struct answers {
	unsigned int ok, refused, failed;       /* 200; 513; neither in time */
	unsigned int count;                     /* of the times below, sorted by asking_end() */
	double ms[ASKING_COUNT];
};

struct asking;

/*
 * Clients are the first half of a /24 of this thread's network namespace; the server waits on
 * port 80. Opens the connection that is kept, and connects once from each address that is to
 * be known.
 */
struct asking *asking_begin(uint32_t network_be, uint32_t server_be);

/*
 * Begins what is due, and meets the answers that are there, without waiting: whoever sends the
 * flood calls it between two parts of the flood, so that requests fall anywhere among its
 * packets, as behind one queue of a NIC. False once all have their answers, or none in time.
 */
bool asking_step(struct asking *asking);

void asking_end(struct asking *asking, struct answers answers[ASKERS]);

#endif
