/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_past.h - what share of its limit each region had in the last 20 minutes. The agent keeps
 * it in a file below /run/ecdn-xdp/, which it alone writes, in place; readers copy it. Without
 * the agent a reader keeps one in memory.
 *
 * The file is a header and then a row for each id of a region, in this machine's byte order. A
 * value stands at place N % VIEW_PAST_SLOTS, N being CLOCK_MONOTONIC by the step. `sequence` is odd
 * while the file is written, and another one afterwards (a seqlock). A reader takes nothing from a
 * file that is not root's, or that others may write, or that does not have the size it should
 * have, or that was written before the last boot.
 */
#ifndef VIEW_VIEW_PAST_H
#define VIEW_VIEW_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "view/view_past_file.h"
#include "view/view_regions.h"

#define VIEW_PAST_MAGIC "ECDNPAST"
#define VIEW_PAST_VERSION 1
#define VIEW_PAST_STEP_NS (5 * NS_PER_SECOND)
#define VIEW_PAST_SLOTS 240
#define VIEW_PAST_ROWS_MAX 65536

/* A share that is not known, as of a region without a limit; and the largest one, which stands for
 * larger ones, too. In thousandths of the limit. */
#define VIEW_PAST_NONE UINT16_MAX
#define VIEW_PAST_MOST (UINT16_MAX - 1)

struct view_past_row {
	char name[ECDN_XDP_NAME_SIZE]; /* of the region; empty: there is none of that id */
	uint16_t share[VIEW_PAST_SLOTS]; /* the highest of each step */
};

/* Starts as zeros, which have no values. */
struct view_past {
	struct view_past_header *header; /* the rows follow; the size is that of header->rows rows
					    as `size` says, whatever has been written since */
	size_t size;            /* in bytes; 0: there is nothing */
	bool mapped;            /* the file, and not a copy */
};

/* Makes an empty one in memory, for ids up to `rows`. 0 or -ENOMEM, logged. */
int view_past_make(struct view_past *past, uint32_t rows);

/* For the one writer: makes the file, with what one that is there already holds, and replaces that.
 * The group of --stats-group may read it. 0 or a negative errno, logged. */
int view_past_open(struct view_past *past, const char *pin_dir, uint32_t rows);

/* A copy of the file. 0; -ENOENT if there is none that may be read or believed; -ENOMEM. Silent. */
int view_past_read(struct view_past *past, const char *pin_dir, uint64_t now_ns);

void view_past_close(struct view_past *past);

/* Whether every region has a row. */
bool view_past_fits(const struct view_past *past, const struct view_regions *regions);

/* Whether somebody has written it within the last two steps. */
bool view_past_is_fresh(const struct view_past *past, uint64_t now_ns);

/* Writes the shares of a read; of several reads within a step the highest stays. What has no row
 * is left out. */
void view_past_put(struct view_past *past, const struct view_regions *regions);

/* The shares of a region up to now_ns, the newest last; VIEW_PAST_NONE where there is none. */
void view_past_shares(const struct view_past *past, uint32_t region, const char *name,
		      uint64_t now_ns, uint16_t *shares, unsigned int count);

#endif
