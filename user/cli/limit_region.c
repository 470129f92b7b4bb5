// SPDX-License-Identifier: BSD-2-Clause
#include "cli/limit_region.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "base/terminal.h"
#include "base/words.h"
#include "guard/limits.h"
#include "show/learned_text.h"
#include "show/limit_fields.h"
#include "show/output.h"
#include "show/region_fields.h"
#include "view/view_regions.h"

/* "XX: limited for 12s, pps 412k of 200k". */
static void print_state(const struct view_regions *view, const struct view_region *region)
{
	char room[FIELD_TEXT_SIZE], since[QUANTITY_DURATION_SIZE];
	const char *why = region_fields_why(region, room);
	uint64_t for_ns = clock_seconds_ago(&view->moment, region->since_ns) * NS_PER_SECOND;

	output_line("%s: %s%s%s%s%s", region->name, view_regions_state_name(region->state),
		    region->since_ns ? " for " : "",
		    region->since_ns ? quantity_about(for_ns, since) : "", why ? ", " : "",
		    why ?: "");
}

static int print_limits(const struct view_regions *view, const struct limit_fields_item *limit)
{
	const struct fields fields = { limit_fields_origins, 0, &view->moment };
	struct limit_fields_origin origin = {
		.limit = *limit, .default_own = view->config.default_limits.own,
	};
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (unsigned int i = 0; limit_fields_origin(&origin, i); i++)
		fields_cells(&fields, &origin, columns);
	return columns_print(columns);
}

/* How learned limits came about: that of packets is the last one. */
static void print_learned(const struct view_regions *view, const struct view_region *region)
{
	char room[LEARNED_TEXT_SIZE];

	for (unsigned int i = ECDN_XDP_LEARNED_MEASURES; i-- > 0;)
		if (learned_text_measure(region, i, &view->moment, terminal_takes_utf8(), room))
			output_line("%s", room);
	if (learned_text_none(region, &view->moment, room))
		output_line("%s", room);
}

static int print_text(const struct view_regions *view, const struct view_region *region)
{
	struct limit_fields_item item = limit_fields_item(view, region);
	int err;

	print_state(view, region);
	err = print_limits(view, &item);
	print_learned(view, region);
	return err;
}

static int print_default(const struct view_regions *view, bool json)
{
	const struct fields fields = { limit_fields, 0, &view->moment };
	const struct limit_fields_item item = {
		.region = LIMITS_DEFAULT, .limits = view->config.default_limits,
	};
	int err;

	if (json)
		return output_json(json_pack("{s:[o]}", "regions", fields_object(&fields, &item)));
	puts(LIMITS_DEFAULT ": of regions without their own");
	err = print_limits(view, &item);
	if (item.limits.own & ECDN_XDP_OWN_AUTO)
		puts(LIMITS_DEFAULT ": of regions that have no pps, bps or cps of their own "
		     "these are learned, and at most those here");
	return err;
}

static int print_json(const struct view_regions *view, const struct view_region *region)
{
	const struct fields fields = { limit_fields, 0, &view->moment };
	struct limit_fields_item item = limit_fields_item(view, region);

	return output_json(json_pack("{s:[o]}", "regions", fields_object(&fields, &item)));
}

int limit_region(const char *pin_dir, const char *name, bool json)
{
	const struct view_region *region;
	struct view_regions view;
	int err = view_regions_read(&view, pin_dir);

	if (err)
		return err;
	region = strcmp(name, LIMITS_DEFAULT) ? view_regions_find(&view, name) : NULL;
	if (!strcmp(name, LIMITS_DEFAULT))
		err = print_default(&view, json);
	else if (!region)
		err = WORDS_WRONG;
	else
		err = json ? print_json(&view, region) : print_text(&view, region);
	view_regions_free(&view);
	return err;
}
