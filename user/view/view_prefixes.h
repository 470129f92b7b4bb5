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

struct view_prefix {
	struct cidr cidr;
	uint32_t region;        /* id */
	uint64_t packets, bytes, last_seen_ns;
	bool sampled;           /* packets and bytes are estimates: a busy CPU sampled */
};

struct view_prefixes {
	struct clock_moment moment; /* of reading */
	struct names *names;    /* of the regions */
	struct view_prefix *prefix; /* heaviest first */
	size_t count;
};

/*
 * Reads the prefixes of one region, or of all regions if region is 0. 0; -ENOENT if no
 * region has that name; another negative errno. Errors are logged. To be freed with
 * view_prefixes_free().
 */
int view_prefixes_read(struct view_prefixes *view, const char *pin_dir, const char *region);
void view_prefixes_free(struct view_prefixes *view);

/* The name of a prefix's region; "?" of an id that has none yet. */
const char *view_prefixes_region(const struct view_prefixes *view,
				 const struct view_prefix *prefix);

#endif
