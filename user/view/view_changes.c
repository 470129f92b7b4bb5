// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/log.h"

/* How often a copy is taken again, as somebody wrote meanwhile; the next read has what is left. */
#define TRIES 16

/* A number that has no entry after this time will have none: no program takes so long. */
#define WAIT_NS NS_PER_SECOND

/* The lock is taken by the kernel: what was written before under it is seen from then on. */
static int read_head(struct view_changes *changes, uint64_t *number)
{
	struct ecdn_xdp_change_head head;

	if (bpf_map_lookup_elem_flags(changes->fd, &(__u32){ 0 }, &head, BPF_F_LOCK))
		return log_error(-errno, "cannot read map change_head: %s", strerror(errno));
	*number = head.number;
	return 0;
}

int view_changes_start(struct view_changes *changes, const struct ecdn_xdp_change *ring)
{
	changes->ring = ring;
	changes->seen = calloc(ECDN_XDP_CHANGES, sizeof(*changes->seen));
	changes->at = calloc(ECDN_XDP_CHANGES, sizeof(*changes->at));
	if (!changes->seen || !changes->at)
		return log_error(-ENOMEM, "out of memory for the changes");
	return 0;
}

int view_changes_open(struct view_changes *changes, const struct guard_maps *maps)
{
	int err;

	*changes = (struct view_changes){ .fd = maps->change_head, .head = read_head };
	err = mapped_open(&changes->mapped, maps->changes, "changes",
			  sizeof(struct ecdn_xdp_change));
	if (!err && changes->mapped.entries != ECDN_XDP_CHANGES)
		err = log_error(-EPROTO, "map changes has room for %u and not for %d: it is "
				"another's", changes->mapped.entries, ECDN_XDP_CHANGES);
	return err ?: view_changes_start(changes, changes->mapped.at);
}

void view_changes_close(struct view_changes *changes)
{
	mapped_close(&changes->mapped);
	free(changes->seen);
	free(changes->at);
	*changes = (struct view_changes){};
}

static bool is_fresh(const struct view_changes *changes, uint32_t place)
{
	const volatile struct ecdn_xdp_change *entry = &changes->ring[place];
	const struct ecdn_xdp_change *seen = &changes->seen[place];

	return entry->number != seen->number || entry->count != seen->count ||
	       entry->last_ns != seen->last_ns;
}

static void copy(const struct view_changes *changes, uint32_t place, struct ecdn_xdp_change *to)
{
	memcpy(to, (const void *)&changes->ring[place], sizeof(*to));
}

/* Copies what is fresh into `at`; the number of what is not, or is being written, becomes 0 there.
 * True if there is some. */
static bool copy_fresh(struct view_changes *changes)
{
	bool some = false;

	for (uint32_t place = 0; place < ECDN_XDP_CHANGES; place++) {
		changes->at[place].number = 0;
		if (!is_fresh(changes, place))
			continue;
		copy(changes, place, &changes->at[place]);
		some |= changes->at[place].number != 0;
	}
	return some;
}

/* An entry that a program has written, and not one that is there by mistake. */
static bool is_whole(const struct view_changes *changes, uint32_t place, uint64_t head)
{
	const struct ecdn_xdp_change *at = &changes->at[place];
	struct ecdn_xdp_change again;

	copy(changes, place, &again);
	return !memcmp(at, &again, sizeof(again)) && at->number % ECDN_XDP_CHANGES == place &&
	       at->number <= head;
}

static int hand_out(struct view_changes *changes, uint64_t head, view_changes_each *each,
		    void *context)
{
	int result = 0;

	for (uint32_t place = 0; place < ECDN_XDP_CHANGES && !result; place++) {
		const struct ecdn_xdp_change *at = &changes->at[place];
		struct ecdn_xdp_change before = changes->seen[place];

		if (!at->number || !is_whole(changes, place, head))
			continue;
		changes->seen[place] = *at;
		result = each(at, at->number == before.number ? &before : NULL, context);
	}
	return result;
}

/* False if the entry of that number may be one that is being written. */
static bool is_missing(struct view_changes *changes, uint64_t number, uint64_t now_ns)
{
	if (changes->waited != number) {
		changes->waited = number;
		changes->since_ns = now_ns;
	}
	return now_ns - changes->since_ns >= WAIT_NS;
}

/* Counts the numbers up to the last one that nobody will ever read. */
static uint64_t count_lost(struct view_changes *changes, uint64_t head, uint64_t now_ns)
{
	uint64_t oldest = head < ECDN_XDP_CHANGES ? 1 : head - ECDN_XDP_CHANGES + 1, lost = 0;
	bool first = !changes->next;

	if (changes->next < oldest) {
		lost = oldest - changes->next;
		changes->next = oldest;
	}
	for (; changes->next <= head; changes->next++) {
		uint64_t found = changes->seen[changes->next % ECDN_XDP_CHANGES].number;

		if (found < changes->next && !is_missing(changes, changes->next, now_ns))
			break;
		lost += found != changes->next;
	}
	return first ? 0 : lost;
}

int view_changes_read(struct view_changes *changes, uint64_t now_ns, view_changes_each *each,
		      void *context, uint64_t *lost)
{
	uint64_t head = 0;
	int result = 0, tries = TRIES;

	*lost = 0;
	result = mapped_refresh(&changes->mapped, "changes");
	while (!result && tries-- && copy_fresh(changes)) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		result = changes->head(changes, &head);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		result = result ?: mapped_refresh(&changes->mapped, "changes");
		result = result ?: hand_out(changes, head, each, context);
	}
	result = result ?: changes->head(changes, &head);
	if (!result)
		*lost = count_lost(changes, head, now_ns);
	return result;
}
