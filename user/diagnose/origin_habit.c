// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/origin_habit.h"

#define ABRUPT_LEAST 5
#define ABRUPT_OF 5             /* all but one of so many */

/* A proxy that has counted answers here would have counted the cut ones, too. */
static bool was_truncated(const struct view_origin *origin, uint64_t abrupt)
{
	return 2 * origin->said.said[ECDN_XDP_ORIGIN_SAID_TRUNCATED] >= abrupt;
}

bool origin_habit_is_abrupt(const struct view_origin *origin)
{
	uint64_t abrupt = origin->stats.cause[ECDN_XDP_ORIGIN_NO_CLOSE_NOTIFY];
	uint64_t orderly = origin->stats.cause[ECDN_XDP_ORIGIN_OK];

	return abrupt >= ABRUPT_LEAST && abrupt >= (ABRUPT_OF - 1) * orderly &&
	       !was_truncated(origin, abrupt);
}
