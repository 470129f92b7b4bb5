// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "show/columns.h"
#include "base/scoped.h"
#include "view/snapshot.h"

#define TOP_DEFAULT 20

static const char *region_name(const struct snapshot *snapshot, uint32_t region)
{
	return region < snapshot->region_count ? snapshot->regions[region].name : "?";
}

static void print_text(const struct snapshot *snapshot, const struct prefix_view *views,
		       size_t count)
{
	static const char *const heads[] = {
		"<REGION", "<PREFIX", ">PACKETS", ">BYTES", ">LAST-SEEN", NULL
	};
	struct columns *columns = columns_new(heads);
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		uint64_t last_ns = views[i].last_seen_ns;
		uint64_t ago_ns = snapshot->now_ns > last_ns ? snapshot->now_ns - last_ns : 0;

		columns_cell(columns, "%s", region_name(snapshot, views[i].region));
		columns_cell(columns, "%s", cidr_format(&views[i].cidr, text));
		columns_cell(columns, "%lu", views[i].packets);
		columns_cell(columns, "%lu", views[i].bytes);
		columns_cell(columns, "%lus ago", ago_ns / 1000000000);
	}
	columns_print(columns);
}

static int print_json(const struct snapshot *snapshot, const struct prefix_view *views,
		      size_t count)
{
	json_t *prefixes = json_array();
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		json_array_append_new(prefixes, json_pack("{s:s, s:s, s:I, s:I, s:o}",
			"region", region_name(snapshot, views[i].region),
			"prefix", cidr_format(&views[i].cidr, text),
			"packets", (json_int_t)views[i].packets,
			"bytes", (json_int_t)views[i].bytes, "last_seen",
			cli_json_time(snapshot_epoch(snapshot, views[i].last_seen_ns))));
	return cli_print_json(json_pack("{s:o}", "prefixes", prefixes));
}

static int print(const struct cli *cli, const struct snapshot *snapshot, const char *name,
		 unsigned int top)
{
	scoped_free struct prefix_view *views = NULL;
	const struct region_view *region = NULL;
	size_t count;
	int err;

	if (name && !(region = snapshot_region(snapshot, name)))
		return -ENOENT;
	err = snapshot_prefixes(cli->pin_dir, region ? (int)region->id : -1, &views, &count);
	if (err)
		return err;
	if (top && count > top)
		count = top;
	if (cli->json)
		return print_json(snapshot, views, count);
	print_text(snapshot, views, count);
	return 0;
}

int cli_prefix(const struct verb *verb, int argc, char **argv)
{
	unsigned int top = TOP_DEFAULT;
	const struct option_row rows[] = {
		{ "top", 'n', OPTION_COUNT, &top, "N", "so many of them; 0: all (20)", 0 },
	};
	struct cli cli = {};
	struct snapshot snapshot;
	int err, count = cli_read(&cli, verb, argc, argv, true, rows, 1);

	if (count < 0)
		return count;
	if (count > 1)
		return cli_usage(verb, "one region at the most");
	err = snapshot_read(&snapshot, cli.pin_dir);
	if (err)
		return err;
	err = print(&cli, &snapshot, count ? argv[0] : NULL, top);
	snapshot_free(&snapshot);
	return err;
}
