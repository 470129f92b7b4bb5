/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_draw.h - a screen as a function of what was read and what is chosen to be seen. Nothing is
 * logged.
 */
#ifndef TOP_TOP_DRAW_H
#define TOP_TOP_DRAW_H

#include "top/top_grid.h"
#include "top/top_state.h"

/* Makes the grid, of the state's rows and columns; of a batch, with as many rows as there are lines
 * to print. False without memory. To be freed with top_grid_free(). */
bool top_draw(struct top_grid *grid, const struct top_snapshot *snapshot,
	      const struct top_state *state);

#endif
