/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_help.h - the page that tells the keys and the columns.
 */
#ifndef TOP_TOP_HELP_H
#define TOP_TOP_HELP_H

#include "top/top_grid.h"
#include "top/top_state.h"

/* In the rows from `first` up to `end`. */
void top_help_put(struct top_grid *grid, const struct top_state *state, unsigned int first,
		  unsigned int end);

/* How many lines it has. */
unsigned int top_help_lines(void);

#endif
