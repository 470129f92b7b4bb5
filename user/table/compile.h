/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.h - turns the ranges of one family into blocks of a table.
 */
#ifndef TABLE_COMPILE_H
#define TABLE_COMPILE_H

#include <stdbool.h>

#include "table/block.h"
#include "table/range.h"

/*
 * Fills the family's 256 roots, which begin at line `root`, and stores the blocks below them.
 * Addresses outside all ranges get the entry 0. With tails, the ranges must leave no address
 * out. 0 or -ENOSPC.
 */
int compile_ranges(struct block_store *store, const struct range_list *list, uint32_t root,
		   bool tails);

#endif
