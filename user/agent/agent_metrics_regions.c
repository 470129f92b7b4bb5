// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_metrics_regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "show/metrics_regions.h"

#define ID_BITS 16              /* of a packed rank: the packets of a second stand above */
#define RANK_MAX (UINT64_MAX >> ID_BITS)

int agent_metrics_regions_open(struct agent_metrics_regions *regions)
{
	*regions = (struct agent_metrics_regions){};
	regions->named = calloc(AGENT_METRICS_REGIONS_MAX, sizeof(*regions->named));
	return regions->named ? 0 : log_error(-ENOMEM, "out of memory for the metrics");
}

void agent_metrics_regions_close(struct agent_metrics_regions *regions)
{
	free(regions->named);
	free(regions->seen);
	free(regions->order);
	*regions = (struct agent_metrics_regions){};
}

static bool make_room(struct agent_metrics_regions *regions, const struct view_regions *view)
{
	uint32_t room = view->count ? view->region[view->count - 1].id + 1 : 0;
	void *seen, *order;

	if (room <= regions->room)
		return true;
	seen = reallocarray(regions->seen, room, sizeof(*regions->seen));
	regions->seen = seen ?: regions->seen;
	order = reallocarray(regions->order, room, sizeof(*regions->order));
	regions->order = order ?: regions->order;
	if (!seen || !order)
		return false;
	memset(&regions->seen[regions->room], 0,
	       (room - regions->room) * sizeof(*regions->seen));
	regions->room = room;
	return true;
}

static unsigned int place_of(const struct agent_metrics_regions *regions, const char *name)
{
	for (unsigned int i = 0; i < regions->count; i++)
		if (!strcmp(regions->named[i].name, name))
			return i + 1;
	return 0;
}

/* What a counter has grown by; where it went back, others count by now, from 0. */
static void add_growth(void *sum, const void *now, const void *before, size_t size)
{
	const uint64_t *to = now, *from = before;
	uint64_t *grown = sum;

	for (size_t i = 0; i < size / sizeof(*grown); i++)
		grown[i] += to[i] >= from[i] ? to[i] - from[i] : to[i];
}

static struct agent_metrics_fields_own *own_of(struct agent_metrics_regions *regions,
						unsigned int place)
{
	return place ? &regions->named[place - 1].own : &regions->other_own;
}

/* For how long a region that is limited was so since it was last looked at, which may be long ago:
 * there may have been no guard. */
static uint64_t limited_for(const struct view_region *region, uint64_t now_ns, uint64_t passed_ns)
{
	uint64_t limited_ns = now_ns > region->since_ns ? now_ns - region->since_ns : 0;

	return limited_ns < passed_ns ? limited_ns : passed_ns;
}

/* The packets since it was last looked at. What it had when it was met first is nobody's. */
static uint64_t look(struct agent_metrics_regions *regions, const struct view_region *region,
		     uint64_t now_ns)
{
	struct agent_metrics_regions_seen *seen = &regions->seen[region->id];
	bool known = !strcmp(seen->name, region->name);
	uint64_t packets = region->counts.packets;
	uint64_t passed_ns = regions->seen_ns ? now_ns - regions->seen_ns : 0;

	if (!known) {
		strcpy(seen->name, region->name);
		seen->named = place_of(regions, region->name);
	}
	if (known)
		packets -= packets >= seen->counts.packets ? seen->counts.packets : 0;
	if (known && !seen->named) {
		add_growth(&regions->other.counts, &region->counts, &seen->counts,
			   sizeof(seen->counts));
		add_growth(&regions->other.requests, &region->requests, &seen->requests,
			   sizeof(seen->requests));
	}
	if (known && region->state == ECDN_XDP_STATE_LIMITED)
		own_of(regions, seen->named)->limited_ns += limited_for(region, now_ns, passed_ns);
	seen->counts = region->counts;
	seen->requests = region->requests;
	return known || regions->seen_ns ? packets : 0;
}

static void give_name(struct agent_metrics_regions *regions, const struct view_region *region,
		      bool busy)
{
	struct agent_metrics_regions_seen *seen = &regions->seen[region->id];
	struct agent_metrics_regions_named *named = &regions->named[regions->count];

	if (seen->named || regions->count == AGENT_METRICS_REGIONS_MAX ||
	    (busy && regions->busy >= AGENT_METRICS_REGIONS_BUSY) ||
	    metrics_regions_is_sum(region->name))
		return;
	*named = (struct agent_metrics_regions_named){
		.full = regions->full < (busy ? AGENT_METRICS_REGIONS_FULL_BUSY :
						AGENT_METRICS_REGIONS_FULL),
	};
	strcpy(named->name, region->name);
	regions->full += named->full;
	regions->busy += busy;
	seen->named = ++regions->count;
}

static int most_first(const void *one, const void *other)
{
	uint64_t first = *(const uint64_t *)one, second = *(const uint64_t *)other;

	return first > second ? -1 : first < second;
}

/* order: packets of the second above the place in the view, of regions that had any. */
static void name_busiest(struct agent_metrics_regions *regions, const struct view_regions *view,
			 uint32_t count, unsigned int busiest)
{
	if (count > busiest)
		qsort(regions->order, count, sizeof(*regions->order), most_first);
	for (uint32_t i = 0; i < count && i < busiest; i++)
		give_name(regions, &view->region[regions->order[i] & ((1U << ID_BITS) - 1)], true);
}

void agent_metrics_regions_second(struct agent_metrics_regions *regions,
				  const struct view_regions *view, unsigned int busiest)
{
	uint32_t count = 0;

	if (!make_room(regions, view))
		return;
	for (uint32_t i = 0; i < view->count; i++) {
		const struct view_region *region = &view->region[i];
		uint64_t packets = look(regions, region, view->moment.now_ns);

		if (metrics_regions_is_special(region))
			give_name(regions, region, false);
		if (packets)
			regions->order[count++] =
				(packets < RANK_MAX ? packets : RANK_MAX) << ID_BITS | i;
	}
	name_busiest(regions, view, count, busiest);
	regions->seen_ns = view->moment.now_ns;
}

void agent_metrics_regions_surge(struct agent_metrics_regions *regions, const char *name)
{
	own_of(regions, place_of(regions, name))->surges++;
}

static void add_own(struct metrics *metrics, const char *name,
		    const struct agent_metrics_fields_own *own)
{
	const struct fields fields = { agent_metrics_fields_region, 0, NULL };
	char labels[METRICS_LABELS_SIZE] = "";

	metrics_label(labels, "region", name);
	metrics_add(metrics, &fields, own, labels);
}

static void add_region(const struct agent_metrics_regions *regions, struct metrics *metrics,
		       const struct view_regions *view, const struct view_region *region, bool full)
{
	const struct agent_metrics_regions_seen *seen =
		region->id < regions->room ? &regions->seen[region->id] : NULL;
	const struct agent_metrics_regions_named *named =
		seen && seen->named ? &regions->named[seen->named - 1] : NULL;

	if (!named || strcmp(named->name, region->name) != 0)
		return;
	if (!full || !named->full) {
		metrics_regions_add_brief(metrics, view, region);
		return;
	}
	metrics_regions_add(metrics, view, region);
	add_own(metrics, region->name, &named->own);
}

void agent_metrics_regions_add(const struct agent_metrics_regions *regions,
			       struct metrics *metrics, const struct view_regions *view, bool full)
{
	for (uint32_t i = 0; i < view->count; i++)
		add_region(regions, metrics, view, &view->region[i], full);
	metrics_regions_add_sum(metrics, view, &regions->other, METRICS_REGIONS_OTHER, full);
	if (full)
		add_own(metrics, METRICS_REGIONS_OTHER, &regions->other_own);
}
