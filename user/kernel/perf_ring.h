/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perf_ring.h - what programs send to user space by bpf_perf_event_output(): a ring for each CPU
 * that is online, filed in a pinned map until it is closed or this process ends. Errors are logged.
 */
#ifndef KERNEL_PERF_RING_H
#define KERNEL_PERF_RING_H

#include <stddef.h>

struct perf_ring;

/* Takes what was sent, which lives until it returns; 0 or a negative errno. size can be some bytes
 * more than what was sent. */
typedef int perf_ring_take(const void *data, size_t size, void *context);

/* map: fd of a PERF_EVENT_ARRAY; pages: a power of two, for each CPU. Freed with
 * perf_ring_close(). */
int perf_ring_open(struct perf_ring **ring, int map, const char *name, unsigned int pages,
		   perf_ring_take *take, void *context);
void perf_ring_close(struct perf_ring *ring);

/* Waits until a ring is half full, at most so long, or until a signal. */
void perf_ring_wait(const struct perf_ring *ring, int wait_ms);

/* Takes all that is there, CPU by CPU. What take() returns ends it, unless that is 0. */
int perf_ring_read(struct perf_ring *ring);

#endif
