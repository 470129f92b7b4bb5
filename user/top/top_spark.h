/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_spark.h - a region's last minutes in a line: a bar for each step, as high as the share of the
 * limit; at the limit and above it is full. Nothing is logged.
 */
#ifndef TOP_TOP_SPARK_H
#define TOP_TOP_SPARK_H

#include "top/top_grid.h"
#include "top/top_state.h"

/* How many ns a line of that width stands for: five minutes at the least. */
uint64_t top_spark_span(unsigned int width);

void top_spark_put(struct top_grid *grid, unsigned int row, unsigned int column,
		   unsigned int width, const struct top_snapshot *snapshot,
		   const struct view_region *region);

#endif
