/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack_run.h - all addresses as runs of one region, and the lines that hold a few of them.
 */
#ifndef TABLE_PACK_RUN_H
#define TABLE_PACK_RUN_H

#include <stddef.h>

#include "ecdn-xdp-table.h"
#include "table/range.h"

/* The addresses from `first` on; they end where the next run begins, or with the last one. */
struct pack_run {
	addr_bits first;
	uint16_t region;
};

struct pack_runs {
	struct pack_run *run;   /* the first one begins with address 0 */
	size_t count;
	/* A byte for each run, apart from them as they are all that most passes read: the bits
	 * that `first` has, from the highest on to its last 1; and those that it has in common
	 * with the run before. */
	uint8_t *bits, *common;
};

/* Joins neighbours of one region. 0 or -ENOMEM; freed with pack_run_free() in either case. */
int pack_run_list(const struct range_list *list, struct pack_runs *runs);
void pack_run_free(struct pack_runs *runs);

/* Write a line of `count` runs, which is zeros before. form: the item that leads to it. bits:
 * how many of an address's bits are known where the line is read. */
void pack_run_v4(struct ecdn_xdp_table_line *line, const struct pack_run *run, size_t count,
		 uint32_t form);
void pack_run_v6(struct ecdn_xdp_table_line *line, const struct pack_run *run, size_t count,
		 int bits);
void pack_run_wide(struct ecdn_xdp_table_line *line, const struct pack_run *run, size_t count,
		   int bits);

#endif
