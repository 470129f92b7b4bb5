// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_learned.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "guard/limits_learned.h"
#include "view/view_pins.h"

static int add(struct view_learned *view, const struct guard_maps *maps, uint32_t region,
	       const char *name)
{
	struct view_learned_row row = { .id = region };
	struct limits_learned learned;
	int err = guard_maps_limits(maps, region, &row.limits);

	err = err ?: limits_learned_read(maps->region_learned, region, &row.limits, &learned);
	if (err || (!learned.has && !limits_learned_is_auto(&row.limits, &view->defaults)))
		return err;
	strcpy(row.region, name);
	row.own = row.limits.own & ECDN_XDP_OWN_AUTO;
	row.learned = learned.row;
	return array_append(view->at, view->count, &row) ?
	       log_error(-ENOMEM, "out of memory for the regions") : 0;
}

static int read_all(struct view_learned *view, const struct guard_maps *maps, uint32_t max_regions)
{
	struct names *names;
	int err = guard_maps_names(maps, max_regions, &names);

	if (err)
		return err;
	for (uint32_t region = 0; region < names_count(names) && !err; region++)
		if (names_of(names, region))
			err = add(view, maps, region, names_of(names, region));
	names_free(names);
	return err;
}

int view_learned_read(struct view_learned *view, const char *pin_dir)
{
	struct guard_maps maps;
	struct view_pins pins;
	int err = view_pins_guard_shared(&pins, pin_dir, &maps);

	memset(view, 0, sizeof(*view));
	if (err)
		return err;
	view->moment = clock_now();
	view->defaults = pins.config.default_limits;
	if (maps.region_learned >= 0)
		err = read_all(view, &maps, pins.config.max_regions);
	guard_maps_close(&maps);
	if (err)
		view_learned_free(view);
	return err;
}

void view_learned_free(struct view_learned *view)
{
	free(view->at);
	memset(view, 0, sizeof(*view));
}

static int compare(const void *key, const void *row)
{
	uint32_t id = *(const uint32_t *)key, other = ((const struct view_learned_row *)row)->id;

	return id < other ? -1 : id > other;
}

const struct view_learned_row *view_learned_at(const struct view_learned *view, uint32_t id)
{
	return view->count ? bsearch(&id, view->at, view->count, sizeof(*view->at), compare) : NULL;
}
