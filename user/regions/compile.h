/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.h - the ranges of one family become blocks, from its roots on.
 */
#ifndef REGIONS_COMPILE_H
#define REGIONS_COMPILE_H

#include <stdbool.h>

#include "regions/block.h"
#include "regions/range.h"

/*
 * Fills the roots that begin at line `root` and stores the blocks below them. With
 * tails, list must leave no address out. 0 or -ENOSPC.
 */
int compile_ranges(struct block_store *store, const struct range_list *list, uint32_t root,
		   bool tails);

#endif
