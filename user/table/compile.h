/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.h - turns the ranges of one family into blocks of a trusted table.
 */
#ifndef TABLE_COMPILE_H
#define TABLE_COMPILE_H

#include "table/block.h"
#include "table/range.h"

/*
 * Fills the family's 256 roots, which begin at line `root`, and stores the blocks below them.
 * The ranges leave no address out. 0 or -ENOSPC.
 */
int compile_ranges(struct block_store *store, const struct range_list *list, uint32_t root);

#endif
