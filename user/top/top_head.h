/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_head.h - the lines at the top and at the bottom of every screen: totals, and keys, or what
 * there is to say or to ask. Nothing is logged.
 */
#ifndef TOP_TOP_HEAD_H
#define TOP_TOP_HEAD_H

#include "top/top_grid.h"
#include "top/top_state.h"

/* Totals, in the first `rows` rows: one or two. */
void top_head_put(struct top_grid *grid, const struct top_snapshot *snapshot,
		  const struct top_state *state, unsigned int rows);

/* Keys, in the last row. listed: how many regions the list has. */
void top_head_put_foot(struct top_grid *grid, const struct top_snapshot *snapshot,
		       const struct top_state *state, unsigned int listed);

/* How a region of that state looks. */
enum top_look top_head_look(uint32_t state);

#endif
