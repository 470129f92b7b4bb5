// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "cli/cli.h"
#include "show/event_fields.h"
#include "show/output.h"
#include "show/region_fields.h"
#include "view/view_regions.h"

/* The regions that are asked for: those named; or all; or those of interest. */
struct wanted {
	char **names;
	int count;
	bool all;
};

static bool is_listed(const struct view_region *region)
{
	return region->counts.packets || region->requests.requests ||
	       region->state != ECDN_XDP_STATE_NORMAL || region->limits.own;
}

static bool all_known(const struct view_regions *view, const struct wanted *wanted)
{
	for (int i = 0; i < wanted->count; i++)
		if (!view_regions_find(view, wanted->names[i]))
			return false;
	return true;
}

static void each_region(const struct view_regions *view, const struct wanted *wanted,
			void (*each)(const struct fields *fields,
				     const struct view_region *region, void *to),
			const struct fields *fields, void *to)
{
	for (int i = 0; i < wanted->count; i++)
		each(fields, view_regions_find(view, wanted->names[i]), to);
	for (uint32_t i = 0; i < view->count && !wanted->count; i++)
		if (wanted->all || is_listed(&view->region[i]))
			each(fields, &view->region[i], to);
}

static void add_cells(const struct fields *fields, const struct view_region *region, void *to)
{
	fields_cells(fields, region, to);
}

static int print_text(const struct view_regions *view, const struct wanted *wanted)
{
	const struct fields fields = {
		region_fields, REGION_FIELDS_STATS | (view->config.monitor ?
			REGION_FIELDS_MONITOR : REGION_FIELDS_ENFORCE), &view->moment
	};
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	each_region(view, wanted, add_cells, &fields, columns);
	return columns_print(columns);
}

static void add_object(const struct fields *fields, const struct view_region *region, void *to)
{
	json_array_append_new(to, fields_object(fields, region));
}

static int print_json(const struct view_regions *view, const struct wanted *wanted)
{
	const struct fields fields = { region_fields, REGION_FIELDS_STATS | REGION_FIELDS_JSON,
				       &view->moment };
	const struct fields events = { event_fields_guard, 0, NULL };
	json_t *regions = json_array(), *root;

	each_region(view, wanted, add_object, &fields, regions);
	root = json_pack("{s:I, s:s, s:o}", "generation", (json_int_t)view->generation,
			 "mode", view->config.monitor ? "monitor" : "enforce",
			 "regions", regions);
	if (root && fields_set(&events, &view->events, root)) {
		json_decref(root);
		root = NULL;
	}
	return output_json(root);
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct wanted wanted = { .names = argv };
	const struct option_row rows[] = {
		{ "all", 'a', OPTION_FLAG, &wanted.all, NULL, "show regions without traffic, too",
		  0 },
	};
	struct cli cli = {};
	struct view_regions view;
	int err;

	wanted.count = cli_read(&cli, verb, argc, argv, true, rows, 1);
	if (wanted.count < 0)
		return wanted.count;
	err = view_regions_read(&view, cli.pin_dir);
	if (err)
		return err;
	if (!all_known(&view, &wanted))
		err = -ENOENT;
	else
		err = cli.json ? print_json(&view, &wanted) : print_text(&view, &wanted);
	view_regions_free(&view);
	return err;
}

const struct verb stats_verbs[] = {
	{ "stats", run, "[REGION...]", "What each region sent, and what became of it",
	  { "stats --all", "stats XX YY --json" } },
	{},
};
