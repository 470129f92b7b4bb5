// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_hook_queue.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define KEYS (ECDN_XDP_REGIONS_MAX + 1)
#define GRACE_NS 1000000000ULL  /* from SIGTERM to SIGKILL */
#define ROWS_FIRST 64

/* A ring that is damaged may name any region. */
uint32_t agent_hook_queue_key(uint32_t region)
{
	return region < KEYS - 1 ? region + 1 : 0;
}

static int make_room(struct agent_hook_queue *queue, uint32_t key)
{
	uint32_t keys = queue->keys ?: ROWS_FIRST;
	struct agent_hook_queue_row *row;

	while (keys <= key)
		keys *= 2;
	if (keys == queue->keys)
		return 0;
	row = reallocarray(queue->row, keys, sizeof(*row));
	if (!row)
		return -ENOMEM;
	memset(row + queue->keys, 0, (keys - queue->keys) * sizeof(*row));
	queue->row = row;
	queue->keys = keys;
	return 0;
}

/* What comes in place of another waits for as long as that one has. */
int agent_hook_queue_put(struct agent_hook_queue *queue, uint32_t key, char *text, bool *skipped)
{
	struct agent_hook_queue_row *row;

	*skipped = false;
	if (make_room(queue, key)) {
		free(text);
		return -ENOMEM;
	}
	row = &queue->row[key];
	*skipped = row->text;
	if (!row->text) {
		row->order = ++queue->order;
		queue->waiting++;
	}
	free(row->text);
	row->text = text;
	return 0;
}

char *agent_hook_queue_take(struct agent_hook_queue *queue, uint32_t *key)
{
	struct agent_hook_queue_row *first = NULL;
	char *text;

	if (!queue->waiting || queue->running >= AGENT_HOOK_QUEUE_RUNS)
		return NULL;
	for (uint32_t i = 0; i < queue->keys; i++) {
		struct agent_hook_queue_row *row = &queue->row[i];

		if (row->text && !row->runs && (!first || row->order < first->order))
			first = row;
	}
	if (!first)
		return NULL;
	*key = first - queue->row;
	text = first->text;
	first->text = NULL;
	first->runs = true;
	queue->waiting--;
	queue->running++;
	return text;
}

void agent_hook_queue_done(struct agent_hook_queue *queue, uint32_t key)
{
	queue->row[key].runs = false;
	queue->running--;
}

unsigned int agent_hook_queue_drop(struct agent_hook_queue *queue)
{
	unsigned int dropped = queue->waiting;

	for (uint32_t i = 0; i < queue->keys; i++) {
		free(queue->row[i].text);
		queue->row[i].text = NULL;
	}
	queue->waiting = 0;
	return dropped;
}

void agent_hook_queue_free(struct agent_hook_queue *queue)
{
	agent_hook_queue_drop(queue);
	free(queue->row);
	*queue = (struct agent_hook_queue){};
}

int agent_hook_queue_signal(uint64_t began_ns, uint64_t limit_ns, uint64_t now_ns,
			    uint64_t *next_ns)
{
	uint64_t end_ns = began_ns + limit_ns;

	*next_ns = end_ns;
	if (now_ns < end_ns)
		return 0;
	*next_ns = end_ns + GRACE_NS;
	if (now_ns < *next_ns)
		return SIGTERM;
	*next_ns = now_ns + GRACE_NS;
	return SIGKILL;
}
