/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * region_ids.h - ids of regions are given back when they run out, and on request.
 *
 * Who reads maps by id may have an older table than the one in use: a packet on another CPU for a
 * moment, a proxy until it has looked again, which it does before its next answer once it was told
 * of a table. So an id is given back only if
 * - the table in use has no range of it: the command that takes its last range leaves it alone;
 * - proxies were told of that table, at least REGION_IDS_WAIT_NS ago: region_ids_clear() sees to
 *   that;
 * - what is kept of it is cleared before another name gets it, and before a table is announced that
 *   has ranges of it: counters (they go to region 0), rates, state, limits, prefixes and their
 *   buckets, requests, history, notes.
 * A proxy that may not open new tables, and goes on with an old one, says so in its log; it counts
 * and judges by old ids until it is restarted.
 */
#ifndef GUARD_REGION_IDS_H
#define GUARD_REGION_IDS_H

#include <stdbool.h>

#include "guard/guard_maps.h"
#include "regions/coverage.h"

#define REGION_IDS_WAIT_NS (2 * 1000000000ULL)

/* How long nothing may have been counted of a region whose id is given back unasked. */
#define REGION_IDS_IDLE_NS (30 * 24 * 3600 * 1000000000ULL)

/* Whether anything may still be counted of a region, by its rows, `stride` of which lie between two
 * of them: never counted, or not since REGION_IDS_IDLE_NS. Counters without a time, as an earlier
 * version's, are kept. Pure. */
bool region_ids_idle(const struct ecdn_xdp_region_cpu *row, uint32_t entries, uint32_t stride,
		     uint32_t region, uint64_t now_ns);

/* Whether a region has anything set that is its own: limits, a block, an exemption. Pure. */
bool region_ids_has_own(const struct ecdn_xdp_limits *limits, uint64_t now_ns);

/*
 * Frees up to `wanted` ids in `names`, of regions that nobody has use for: not for those that
 * `stays` marks by id, and not for those that have ranges in `used`, by id. How many, or a negative
 * errno, logged. The maps are as before.
 */
int region_ids_free(const struct guard_maps *maps, struct names *names, uint32_t wanted,
		    const bool *stays, const struct coverage *used);

/* What region_ids_clear() needs. */
struct region_ids {
	const struct pins *pins;
	const struct guard_maps *maps;
	uint32_t max_regions;
	int publish;            /* fd of the program */
};

/* Waits until no reader has a table older than the one in use; then clears what is kept of the
 * ids whose names have changed or gone in `names`, compared to those in the maps. 0 or a negative
 * errno, logged. */
int region_ids_clear(const struct region_ids *ids, const struct names *names);

#endif
