/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack.h - turns the ranges of one family into the lines that ecdn_xdp_region_v4() and
 * ecdn_xdp_region_v6() walk.
 */
#ifndef TABLE_PACK_H
#define TABLE_PACK_H

#include "ecdn-xdp-table.h"
#include "table/range.h"

/* A table while it is compiled. */
struct pack_store {
	struct ecdn_xdp_table_line *lines; /* the caller's; those that are free are zeros */
	uint32_t used, end;     /* the lines from used to end - 1 are free */
};

/* Takes `count` lines from the store: 0 or -ENOSPC. */
int pack_take(struct pack_store *store, uint32_t count, uint32_t *first);

/*
 * Fills a family's roots, and stores what they lead to. Addresses outside all ranges get
 * region 0. 0, -ENOSPC or -ENOMEM.
 */
int pack_ranges_v4(struct pack_store *store, const struct range_list *list);
int pack_ranges_v6(struct pack_store *store, const struct range_list *list);

#endif
