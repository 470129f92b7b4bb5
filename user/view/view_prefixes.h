/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_prefixes.h - one read of the heavy source prefixes. Each CPU keeps a table of its
 * own (bpf/prefix.h); a prefix's counts are the sums over those that hold it. In a surge there are
 * wider prefixes too, which have counted the same packets as the narrower ones in them.
 */
#ifndef VIEW_VIEW_PREFIXES_H
#define VIEW_VIEW_PREFIXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/cidr.h"
#include "regions/names.h"

/* What of a prefix has a limit to itself. */
enum view_prefix_share {
	VIEW_PREFIX_UNPROVEN,   /* of a /24 or /48: what nothing proves ... */
	VIEW_PREFIX_KNOWN,      /* ... of addresses that are known ... */
	VIEW_PREFIX_PROVEN,     /* ... of connections */
	VIEW_PREFIX_WIDER,      /* a /20 or /40 */
	VIEW_PREFIX_WIDEST,     /* a /32 of IPv6 */
};

struct view_prefix {
	struct cidr cidr;
	uint32_t region;        /* id */
	enum view_prefix_share share; /* of a share */
	uint64_t packets, bytes, last_seen_ns;
	bool sampled;           /* packets and bytes are estimates: a busy CPU sampled */

	/* By view_prefixes_compare(); else all are 0: */
	bool measured;
	uint64_t pps, bps;      /* between two reads */
	uint64_t dropped;       /* packets/s that were above the limits which hold now: an estimate,
				   as the guard does not count drops by prefix */
	uint64_t over;          /* the rate by the limit of its share, in thousandths, of the share
				   that is highest; 0: there is no limit */
};

struct view_prefixes {
	struct clock_moment moment; /* of reading */
	struct names *names;    /* of the regions */
	struct view_prefix *prefix; /* heaviest first: by packets, or once compared by rate */
	size_t count;
	struct view_prefix *share; /* the same, each share by itself; by region and prefix */
	size_t share_count;
};

/*
 * Reads the prefixes of one region, or of all regions if region is 0. 0; -ENOENT if no
 * region has that name; another negative errno. Errors are logged. To be freed with
 * view_prefixes_free().
 */
int view_prefixes_read(struct view_prefixes *view, const char *pin_dir, const char *region);
void view_prefixes_free(struct view_prefixes *view);

/* Fills in what came since an earlier read. regions: their limits and states now. 0 or -ENOMEM,
 * logged. */
struct view_regions;
int view_prefixes_compare(struct view_prefixes *view, const struct view_prefixes *before,
			  const struct view_regions *regions);

/* The name of a prefix's region; "?" of an id that has none yet. */
const char *view_prefixes_region(const struct view_prefixes *view,
				 const struct view_prefix *prefix);

#endif
