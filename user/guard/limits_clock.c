// SPDX-License-Identifier: BSD-2-Clause
#include "guard/limits_clock.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "guard/layers.h"
#include "guard/limits.h"

#define UNTIL "region_until"

static int write_end(const struct guard_maps *maps, const struct ecdn_xdp_note_key *key,
		     const struct ecdn_xdp_until *until, const struct ecdn_xdp_limits *limits,
		     const struct ecdn_xdp_limits *before, int publish)
{
	int err = maps_set(maps->region_until, UNTIL, key, until);

	return err ?: limits_write(publish, key->region, limits, before);
}

/* 1 if the end was moved, 0, or a negative errno. A command may end the layer meanwhile. */
static int follow_one(const struct guard_maps *maps, const struct ecdn_xdp_note_key *key,
		      const struct clock_moment *now, int publish)
{
	struct ecdn_xdp_limits before, limits;
	struct ecdn_xdp_until until;
	int err;

	if (bpf_map_lookup_elem(maps->region_until, key, &until))
		return errno == ENOENT ? 0 : log_error(-errno, "cannot read map " UNTIL ": %s",
						       strerror(errno));
	err = guard_maps_limits(maps, key->region, &before);
	if (err)
		return err;
	limits = before;
	if (!layers_move(&limits, &until, key->kind, now))
		return 0;
	err = publish < 0 ? 0 : write_end(maps, key, &until, &limits, &before, publish);
	return err ?: 1;
}

int limits_clock_follow(const struct guard_maps *maps, uint32_t max_regions,
			const struct clock_moment *now, int publish, unsigned int *moved)
{
	struct ecdn_xdp_note_key key, next;
	int more = 0, one = 0;

	*moved = 0;
	if (maps->region_until >= 0)
		more = maps_next(maps->region_until, UNTIL, NULL, &next);
	while (more > 0 && one >= 0) {
		key = next;
		/* The next key first: a value that is written may change its place. */
		more = maps_next(maps->region_until, UNTIL, &key, &next);
		if (key.region >= max_regions || key.kind >= LAYERS_KINDS)
			continue;
		one = follow_one(maps, &key, now, publish);
		*moved += one > 0;
	}
	return one < 0 ? one : more;
}

void limits_clock_tell(unsigned int moved)
{
	log_note("the clock was set: %u end%s of blocks and exemptions moved to %s time of day",
		 moved, moved == 1 ? "" : "s", moved == 1 ? "its" : "their");
}
