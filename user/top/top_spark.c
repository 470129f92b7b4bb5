// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_spark.h"

/* Steps that a line has at the least: five minutes. */
#define STEPS_LEAST 60

static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
static const char *const letters[] = { ".", ":", "-", "=", "+", "*", "#" };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A bar stands for so many steps of the past. */
static unsigned int steps_of(unsigned int width)
{
	return width && width < STEPS_LEAST ? (STEPS_LEAST + width - 1) / width : 1;
}

uint64_t top_spark_span(unsigned int width)
{
	return width * steps_of(width) * VIEW_PAST_STEP_NS;
}

static const char *bar(uint16_t share, bool utf8)
{
	size_t count = utf8 ? COUNT(bars) : COUNT(letters), at = share * count / 1000;

	at = at < count ? at : count - 1;
	return utf8 ? bars[at] : letters[at];
}

/* The highest share of the steps of a bar. Which steps belong together does not change with time,
 * or bars would change while they pass by. */
static uint16_t highest(const uint16_t *shares, uint64_t newest, unsigned int steps,
			uint64_t group)
{
	uint16_t most = VIEW_PAST_NONE;

	for (uint64_t number = group * steps; number < (group + 1) * steps; number++) {
		uint16_t share;

		if (number > newest || newest - number >= VIEW_PAST_SLOTS)
			continue;
		share = shares[VIEW_PAST_SLOTS - 1 - (newest - number)];
		if (share != VIEW_PAST_NONE && (most == VIEW_PAST_NONE || share > most))
			most = share;
	}
	return most;
}

void top_spark_put(struct top_grid *grid, unsigned int row, unsigned int column,
		   unsigned int width, const struct top_snapshot *snapshot,
		   const struct view_region *region)
{
	uint64_t now_ns = snapshot->regions->moment.now_ns, newest = now_ns / VIEW_PAST_STEP_NS;
	unsigned int steps = steps_of(width);
	uint16_t shares[VIEW_PAST_SLOTS];

	if (!snapshot->past)
		return;
	view_past_shares(snapshot->past, region->id, region->name, now_ns, shares,
			 VIEW_PAST_SLOTS);
	for (unsigned int i = 0; i < width && i <= newest / steps; i++) {
		uint16_t share = highest(shares, newest, steps, newest / steps - i);

		if (share != VIEW_PAST_NONE)
			top_grid_put(grid, row, column + width - 1 - i, 1, share >= 1000 ?
				     TOP_LOOK_LIMITED : TOP_LOOK_FAINT, bar(share, grid->utf8));
	}
}
