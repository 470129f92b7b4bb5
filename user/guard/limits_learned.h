/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limits_learned.h - limits that the agent learns (`limit: auto`): what the map region_learned has
 * of a region, and the limits in force that follow from it. Errors are logged.
 */
#ifndef GUARD_LIMITS_LEARNED_H
#define GUARD_LIMITS_LEARNED_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

/* An agent that runs writes them once a minute. If none has for so long, those of an hour give way
 * to those of the busiest hour. */
#define LIMITS_LEARNED_OLD_NS (600 * 1000000000ULL)

/* The row of a region, or a copy of it. */
struct limits_learned {
	bool has;               /* the map has it */
	struct ecdn_xdp_learned row;
};

/* Whether a region's limits are learned: as it says itself, or as the default limits say of all
 * regions that have no rate of their own. */
bool limits_learned_is_auto(const struct ecdn_xdp_limits *limits,
			    const struct ecdn_xdp_limits *defaults);

/* pps, bps, cps of the limits by their place in struct ecdn_xdp_learned, and their bits in
 * enum ecdn_xdp_own. */
__u64 *limits_learned_rate(struct ecdn_xdp_limits *limits, unsigned int measure);
extern const uint32_t limits_learned_bits[ECDN_XDP_LEARNED_MEASURES];

/* Puts the operator's own rates in the place of those in force, and back into the row. */
void limits_learned_to_own(struct ecdn_xdp_limits *limits, const struct ecdn_xdp_learned *learned);
void limits_learned_from_own(struct ecdn_xdp_learned *learned,
			     const struct ecdn_xdp_limits *limits);

/* Makes the rates, the grace and answer_cps of limits, which have all that follows the default
 * already, those in force. What has given way stays so: the guard alone decides when. */
void limits_learned_resolve(struct ecdn_xdp_limits *limits, const struct ecdn_xdp_limits *defaults,
			    const struct ecdn_xdp_learned *learned);

/* Whether anything is learned. */
bool limits_learned_has(const struct ecdn_xdp_learned *learned);

/* Of what was learned the rates that are in force if nothing caps them: those of the hour, or of
 * the busiest one. */
const __u64 *limits_learned_rates(const struct ecdn_xdp_limits *limits,
				  const struct ecdn_xdp_learned *learned);

/*
 * The functions that follow take `map`, the fd of region_learned, or -1 where an earlier version
 * has loaded the guard: then there are no rows, and none is written.
 *
 * Reads the row of a region. If the map has lost that of a region that is auto itself, its rates in
 * force are taken for the operator's.
 */
int limits_learned_read(int map, uint32_t region, const struct ecdn_xdp_limits *limits,
			struct limits_learned *learned);

/* Makes the map what `after` says. What was there is noted in the journal. */
int limits_learned_write(int map, uint32_t region, const struct limits_learned *before,
			 const struct limits_learned *after);

#endif
