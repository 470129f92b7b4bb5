// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli.h"
#include "show/columns.h"
#include "view/view_prefixes.h"

#define TOP_DEFAULT 20

static void print_text(const struct view_prefixes *view, size_t count)
{
	static const char *const heads[] = {
		"<REGION", "<PREFIX", ">PACKETS", ">BYTES", ">LAST-SEEN", NULL
	};
	struct columns *columns = columns_new(heads);
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		const struct view_prefix *prefix = &view->prefix[i];

		columns_cell(columns, "%s", view_prefixes_region(view, prefix));
		columns_cell(columns, "%s", cidr_format(&prefix->cidr, text));
		columns_cell(columns, "%lu", prefix->packets);
		columns_cell(columns, "%lu", prefix->bytes);
		columns_cell(columns, "%lus ago",
			     clock_seconds_ago(&view->moment, prefix->last_seen_ns));
	}
	columns_print(columns);
}

static int print_json(const struct view_prefixes *view, size_t count)
{
	json_t *prefixes = json_array();
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		const struct view_prefix *prefix = &view->prefix[i];

		json_array_append_new(prefixes, json_pack("{s:s, s:s, s:I, s:I, s:o}",
			"region", view_prefixes_region(view, prefix),
			"prefix", cidr_format(&prefix->cidr, text),
			"packets", (json_int_t)prefix->packets,
			"bytes", (json_int_t)prefix->bytes, "last_seen",
			cli_json_time(clock_epoch(&view->moment, prefix->last_seen_ns))));
	}
	return cli_print_json(json_pack("{s:o}", "prefixes", prefixes));
}

int cli_prefix(const struct verb *verb, int argc, char **argv)
{
	unsigned int top = TOP_DEFAULT;
	const struct option_row rows[] = {
		{ "top", 'n', OPTION_COUNT, &top, "N", "so many of them; 0: all (20)", 0 },
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
	if (cli.json)
		err = print_json(&view, shown);
	else
		print_text(&view, shown);
	view_prefixes_free(&view);
	return err;
}
