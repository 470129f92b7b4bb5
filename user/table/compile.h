/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.h - the ranges of one family become blocks, from its roots on.
 */
#ifndef TABLE_COMPILE_H
#define TABLE_COMPILE_H

#include <stdbool.h>

#include "table/block.h"
#include "table/range.h"

/*
 * Fills the roots that begin at line `root` and stores the blocks below them. With
 * tails, list must leave no address out. 0 or -ENOSPC.
 */
int compile_ranges(struct block_store *store, const struct range_list *list, uint32_t root,
		   bool tails);

#endif
