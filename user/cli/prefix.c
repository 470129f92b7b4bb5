// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli.h"
#include "show/output.h"
#include "show/prefix_fields.h"

#define TOP_DEFAULT 20

static struct prefix_fields_item item_of(const struct view_prefixes *view, size_t i)
{
	return (struct prefix_fields_item){ view_prefixes_region(view, &view->prefix[i]),
					    view->prefix[i] };
}

static int print_text(const struct view_prefixes *view, size_t count)
{
	const struct fields fields = { prefix_fields, PREFIX_FIELDS_TEXT, &view->moment };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (size_t i = 0; i < count; i++) {
		struct prefix_fields_item item = item_of(view, i);

		fields_cells(&fields, &item, columns);
	}
	return columns_print(columns);
}

static int print_json(const struct view_prefixes *view, size_t count)
{
	const struct fields fields = { prefix_fields, PREFIX_FIELDS_JSON, &view->moment };
	json_t *prefixes = json_array();

	for (size_t i = 0; i < count; i++) {
		struct prefix_fields_item item = item_of(view, i);

		json_array_append_new(prefixes, fields_object(&fields, &item));
	}
	return output_json(json_pack("{s:o}", "prefixes", prefixes));
}

static int run(const struct verb *verb, int argc, char **argv)
{
	unsigned int top = TOP_DEFAULT;
	const struct option_row rows[] = {
		{ "top", 'n', OPTION_COUNT, &top, "N", "show the N heaviest; 0: all (20)", 0 },
	};
	struct cli cli = {};
	struct view_prefixes view;
	int err, count = cli_read(&cli, verb, argc, argv, true, rows, 1);
	size_t shown;

	if (count < 0)
		return count;
	if (count > 1)
		return cli_usage(verb, "one region at the most");
	err = view_prefixes_read(&view, cli.pin_dir, count ? argv[0] : NULL);
	if (err)
		return err;
	shown = top && top < view.count ? top : view.count;
	err = cli.json ? print_json(&view, shown) : print_text(&view, shown);
	view_prefixes_free(&view);
	return err;
}

const struct verb prefix_verbs[] = {
	{ "prefix", run, "[REGION] [--top N]",
	  "The heaviest source prefixes; in a surge, narrow and wide ones count the same packets",
	  { "prefix --top 5", "prefix XX --json" } },
	{},
};
