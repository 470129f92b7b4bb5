/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limits_clock.h - blocks and exemptions until a time of day end at that time, also after the time
 * of day was set, or the machine has slept. Errors are logged.
 */
#ifndef GUARD_LIMITS_CLOCK_H
#define GUARD_LIMITS_CLOCK_H

#include "base/clock.h"
#include "guard/guard_maps.h"

/* Moves all ends that are not at their time of day, by the program publish; what is written is
 * noted in the journal. The caller raises config.generation if *moved, their number, is not 0. With
 * publish -1 they are counted alone, for which nobody needs the lock. */
int limits_clock_follow(const struct guard_maps *maps, uint32_t max_regions,
			const struct clock_moment *now, int publish, unsigned int *moved);

/* The line for the log, which says that they were moved. */
void limits_clock_tell(unsigned int moved);

#endif
