/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_hook_queue.h - which event the hook is run for next: at most one run at a time for each
 * key, which is a region's, and so many for all. While one runs, the newest event of its key waits;
 * those before it are skipped. Pure: time is an argument. Silent.
 */
#ifndef AGENT_AGENT_HOOK_QUEUE_H
#define AGENT_AGENT_HOOK_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

#define AGENT_HOOK_QUEUE_RUNS 8         /* at a time */

struct agent_hook_queue {
	struct agent_hook_queue_row {
		char *text;             /* that waits; NULL: none does */
		uint64_t order;         /* since when, among all that have waited */
		bool runs;
	} *row;                 /* by key */
	uint32_t keys;          /* how many rows there are */
	unsigned int waiting, running;
	uint64_t order;
};

/* The key of a region's id; one for all that is of no region. */
uint32_t agent_hook_queue_key(uint32_t region);

/* Has a text, which it owns from now on, wait in place of what waits there. *skipped: whether there
 * was something. 0; or -ENOMEM, and the text is freed. */
int agent_hook_queue_put(struct agent_hook_queue *queue, uint32_t key, char *text, bool *skipped);

/* What is to run now, of those that have waited longest: a text, which the caller frees, and
 * agent_hook_queue_done() follows; or NULL. */
char *agent_hook_queue_take(struct agent_hook_queue *queue, uint32_t *key);
void agent_hook_queue_done(struct agent_hook_queue *queue, uint32_t key);

/* Gives up what waits; how much that was. Runs go on. */
unsigned int agent_hook_queue_drop(struct agent_hook_queue *queue);
void agent_hook_queue_free(struct agent_hook_queue *queue);

/* The signal that a run is due for at now_ns, or 0, and when to ask again. */
int agent_hook_queue_signal(uint64_t began_ns, uint64_t limit_ns, uint64_t now_ns,
			    uint64_t *next_ns);

#endif
