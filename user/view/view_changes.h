/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_changes.h - the ring of changes of regions' states, read again and again: each read has what
 * has come since the one before. Programs write meanwhile, and no lock keeps them from it: see
 * bpf/change_ring.h for why a copy is whole.
 */
#ifndef VIEW_VIEW_CHANGES_H
#define VIEW_VIEW_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "guard/guard_maps.h"
#include "kernel/mapped.h"

struct view_changes {
	struct mapped mapped;
	const volatile struct ecdn_xdp_change *ring; /* ECDN_XDP_CHANGES of them */
	int fd;                 /* of change_head; the caller's */
	/* Reads the last number, after all writes that it stands for; tests have their own. */
	int (*head)(struct view_changes *changes, uint64_t *number);
	struct ecdn_xdp_change *seen; /* by place: what was last read there */
	struct ecdn_xdp_change *at; /* of the last read, by place */
	uint64_t next;          /* all numbers below it are accounted for; 0: nothing is read */
	uint64_t waited, since_ns; /* a number that has no entry, and since when; 0: none */
};

/* 0 or a negative errno, logged; view_changes_close() follows in either case. */
int view_changes_open(struct view_changes *changes, const struct guard_maps *maps);

/* The same for a ring in memory, whose reader sets `head`. 0 or -ENOMEM, logged. */
int view_changes_start(struct view_changes *changes, const struct ecdn_xdp_change *ring);
void view_changes_close(struct view_changes *changes);

/* Called for each entry, in the order of places. before: the entry as it was read before, when it
 * stood for fewer changes; NULL: it is new. */
typedef int view_changes_each(const struct ecdn_xdp_change *change,
			      const struct ecdn_xdp_change *before, void *context);

/*
 * Reads what is new at now_ns. lost: how many changes were overwritten unread since the last read;
 * 0 at the first one. What is not as a program writes it is left out. Returns 0, what `each`
 * returned if it is not 0, or a negative errno, logged.
 */
int view_changes_read(struct view_changes *changes, uint64_t now_ns, view_changes_each *each,
		      void *context, uint64_t *lost);

#endif
