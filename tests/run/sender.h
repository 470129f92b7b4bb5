/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sender.h - sends packets at a rate, in real time, from one or several CPUs at once.
 */
#ifndef RUN_SENDER_H
#define RUN_SENDER_H

#include "fixtures.h"
#include "harness.h"

#define SENDERS_MAX 2

struct sender {
	const struct guard *guard;
	const struct frame *frame; /* frames that are sent in turn */
	size_t frames;
	int cpu;
	double pps;
	uint64_t duration_ns;
	/* Results. */
	uint64_t first_ns, last_ns;
	uint64_t stalled_ns;    /* time in which it should have sent but did not run */
	uint64_t sent;
	uint64_t dropped;
};

/* Runs all senders at once, and waits until they have ended. */
void senders_run(struct sender *senders, int count);

#endif
