// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/lookup.h"
#include "show/columns.h"
#include "base/log.h"
#include "control/bring_up.h"
#include "view/view_regions.h"

static void print_text(const struct view_regions *view)
{
	static const char *const heads[] = { "<REGION", ">ID", "<STATE", NULL };
	struct columns *columns = columns_new(heads);

	for (uint32_t i = 0; i < view->count; i++) {
		columns_cell(columns, "%s", view->region[i].name);
		columns_cell(columns, "%u", i);
		columns_cell(columns, "%s", view_regions_state_name(view->region[i].state));
	}
	columns_print(columns);
}

static int print_json(const struct view_regions *view)
{
	json_t *regions = json_array();

	for (uint32_t i = 0; i < view->count; i++)
		json_array_append_new(regions, json_pack("{s:s, s:i, s:s}", "region",
			view->region[i].name, "id", (int)i, "state",
			view_regions_state_name(view->region[i].state)));
	return cli_print_json(json_pack("{s:I, s:o}", "generation",
					(json_int_t)view->generation,
					"regions", regions));
}

static int list(const struct cli *cli)
{
	struct view_regions view;
	int err = view_regions_read(&view, cli->pin_dir);

	if (err)
		return err;
	if (cli->json)
		err = print_json(&view);
	else
		print_text(&view);
	view_regions_free(&view);
	return err;
}

static int load(const struct cli *cli, char **files, int count, const char *mmdb_field)
{
	struct request request;
	int err = 0;

	request_init(&request);
	request.guard.sources.mmdb_field = mmdb_field;
	for (int i = 0; i < count && !err; i++)
		err = region_store_add_source(&request.guard.sources, files[i]);
	return err ?: bring_up_change(cli->pin_dir, &request);
}

int cli_region(const struct verb *verb, int argc, char **argv)
{
	const char *mmdb_field = NULL;
	const struct option_row rows[] = {
		{ "mmdb-field", 0, OPTION_TEXT, &mmdb_field, "PATH",
		  "what names the region in an MMDB (country.iso_code)", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));

	if (count <= 0)
		return count ? count : list(&cli);
	if (count > 1 && !strcmp(argv[0], "load"))
		return load(&cli, argv + 1, count - 1, mmdb_field);
	if (count > 1 && !strcmp(argv[0], "lookup"))
		return lookup(&cli, argv + 1, count - 1, cli.verbose);
	return cli_usage(verb, "must be `region`, `region load FILE...` or `region lookup ADDR...`");
}
