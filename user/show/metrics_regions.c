// SPDX-License-Identifier: BSD-2-Clause
#include "show/metrics_regions.h"

#include <string.h>

#include "show/limit_fields.h"
#include "show/region_brief_fields.h"
#include "show/region_fields.h"

bool metrics_regions_is_special(const struct view_region *region)
{
	return region->limits.own || region->since_ns || view_regions_got_513(region) ||
	       region->state != ECDN_XDP_STATE_NORMAL;
}

bool metrics_regions_is_sum(const char *name)
{
	return !strcmp(name, METRICS_REGIONS_ALL) || !strcmp(name, METRICS_REGIONS_OTHER);
}

void metrics_regions_add(struct metrics *metrics, const struct view_regions *view,
			 const struct view_region *region)
{
	const struct fields fields = { region_fields, 0, &view->moment };
	const struct fields limits = { limit_fields, 0, &view->moment };
	const struct limit_fields_item limit = limit_fields_item(view, region);
	char labels[METRICS_LABELS_SIZE] = "";

	metrics_label(labels, "region", region->name);
	metrics_add(metrics, &fields, region, labels);
	metrics_add(metrics, &limits, &limit, labels);
}

void metrics_regions_add_brief(struct metrics *metrics, const struct view_regions *view,
			       const struct view_region *region)
{
	const struct fields fields = { region_brief_fields, 0, &view->moment };
	char labels[METRICS_LABELS_SIZE] = "";

	metrics_label(labels, "region", region->name);
	metrics_add(metrics, &fields, region, labels);
}

static void add_counts(void *sum, const void *row, size_t size)
{
	const uint64_t *from = row;
	uint64_t *to = sum;

	for (size_t i = 0; i < size / sizeof(*to); i++)
		to[i] += from[i];
}

void metrics_regions_sum(struct view_region *sum, const struct view_region *region)
{
	add_counts(&sum->counts, &region->counts, sizeof(sum->counts));
	add_counts(&sum->requests, &region->requests, sizeof(sum->requests));
}

void metrics_regions_add_sum(struct metrics *metrics, const struct view_regions *view,
			     const struct view_region *sum, const char *name, bool full)
{
	const struct fields fields = { full ? region_fields : region_brief_fields, 0,
				       &view->moment };
	char labels[METRICS_LABELS_SIZE] = "";

	metrics_label(labels, "region", name);
	metrics_add_counters(metrics, &fields, sum, labels);
}
