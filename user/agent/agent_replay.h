/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_replay.h - what would have been learned of counters that were written down, and when it
 * would have limited whom.
 *
 * A line of the file, which may be packed by gzip, is "TIME REGION PPS BPS CPS [STATE]": seconds
 * since the epoch, a name, rates by second as numbers, and the state that the region was in; what
 * follows '#' is nothing. Times of a region grow. A line holds for the seconds since the region's
 * line before, if these are no more than five minutes. Without a state, a region is limited from
 * three seconds above a limit on until ten below 80 % of all.
 */
#ifndef AGENT_AGENT_REPLAY_H
#define AGENT_AGENT_REPLAY_H

#include <stdio.h>

/* config: the file whose `agent: learn:` holds, or NULL. 0 or a negative errno, logged. */
int agent_replay(const char *path, const char *config, FILE *to);

#endif
