// SPDX-License-Identifier: BSD-2-Clause
/*
 * prefix.c - the heavy source prefixes: what comes from them now, and what ever came.
 */
#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/watch.h"
#include "show/output.h"
#include "show/prefix_fields.h"
#include "view/view_regions.h"

#define TOP_DEFAULT 20
#define GIVEN_INTERVAL 1

struct prefixes {
	struct cli cli;
	struct watch watch;
	unsigned int top;
	bool total, monitor;
	const char *region;     /* 0: all */
	struct view_prefixes before; /* the last read, which the next one is compared with */
};

static struct prefix_fields_item item_of(const struct view_prefixes *view, size_t i)
{
	return (struct prefix_fields_item){ view_prefixes_region(view, &view->prefix[i]),
					    view->prefix[i] };
}

static void say_empty(const struct prefixes *prefixes)
{
	if (prefixes->before.count)
		log_note("no heavy prefix sends anything now; `ecdn-xdp prefix --total` lists "
			 "those that did");
	else
		log_note("no heavy prefix%s%s yet: the guard lists those that send most to the "
			 "interfaces that `ecdn-xdp status` names",
			 prefixes->region ? " of " : "", prefixes->region ?: "");
}

static int print_text(const struct prefixes *prefixes, const struct view_prefixes *view,
		      size_t count, FILE *to, unsigned int width)
{
	unsigned int now = PREFIX_FIELDS_NOW | (prefixes->monitor ? PREFIX_FIELDS_MONITOR :
								    PREFIX_FIELDS_ENFORCE);
	const struct fields fields = { prefix_fields, prefixes->total ? PREFIX_FIELDS_TOTAL : now,
				       &view->moment };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (size_t i = 0; i < count; i++) {
		struct prefix_fields_item item = item_of(view, i);

		fields_cells(&fields, &item, columns);
	}
	if (!count && !prefixes->watch.given)
		say_empty(prefixes);
	return columns_write(columns, to, width);
}

static int print_json(const struct view_prefixes *view, size_t count)
{
	const struct fields fields = { prefix_fields, PREFIX_FIELDS_JSON, &view->moment };
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++) {
		struct prefix_fields_item item = item_of(view, i);

		json_array_append_new(array, fields_object(&fields, &item));
	}
	return output_json(json_pack("{s:o}", "prefixes", array));
}

/* A table of what is now has no prefixes from which nothing comes. */
static size_t count_listed(const struct prefixes *prefixes, const struct view_prefixes *view)
{
	size_t count = view->count;

	while (!prefixes->total && count && view->prefix[count - 1].measured &&
	       !view->prefix[count - 1].pps)
		count--;
	return count;
}

static int print(const struct prefixes *prefixes, const struct view_prefixes *view, FILE *to,
		 unsigned int width)
{
	unsigned int top = prefixes->top;
	size_t listed = prefixes->cli.json ? view->count : count_listed(prefixes, view);
	size_t shown = top && top < listed ? top : listed;

	return prefixes->cli.json ? print_json(view, shown) :
				    print_text(prefixes, view, shown, to, width);
}

static int compare(struct prefixes *prefixes, struct view_prefixes *view)
{
	struct view_regions regions;
	int err = view_regions_read(&regions, prefixes->cli.pin_dir);

	if (err)
		return err;
	prefixes->monitor = regions.config.monitor;
	err = view_prefixes_compare(view, &prefixes->before, &regions);
	view_regions_free(&regions);
	return err;
}

/* Reads, and compares with the read before, whose place it takes. */
static int frame(void *context, FILE *to, unsigned int width)
{
	struct prefixes *prefixes = context;
	struct view_prefixes view;
	int err;

	if (!prefixes->watch.interval_ns)
		return print(prefixes, &prefixes->before, to, width);
	err = view_prefixes_read(&view, prefixes->cli.pin_dir, prefixes->region);
	if (err)
		return err;
	err = compare(prefixes, &view);
	view_prefixes_free(&prefixes->before);
	prefixes->before = view;
	return err ?: print(prefixes, &view, to, width);
}

static int show(struct prefixes *prefixes)
{
	int err = view_prefixes_read(&prefixes->before, prefixes->cli.pin_dir, prefixes->region);

	if (err)
		return err;
	if (!prefixes->watch.given && !prefixes->before.count)
		prefixes->watch.interval_ns = 0;
	err = watch_run(&prefixes->watch, frame, prefixes);
	view_prefixes_free(&prefixes->before);
	return err;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct prefixes prefixes = { .top = TOP_DEFAULT };
	const struct option_row rows[] = {
		{ "top", 'n', OPTION_COUNT, &prefixes.top, "N",
		  "show the N heaviest; 0: all (20)", 0 },
		{ "total", 0, OPTION_FLAG, &prefixes.total, NULL,
		  "by what they ever sent, and not by what they send now", 0 },
		WATCH_ROWS(prefixes.watch, GIVEN_INTERVAL, 0),
	};
	int count = cli_read(&prefixes.cli, verb, argc, argv, true, rows,
			     sizeof(rows) / sizeof(*rows));

	if (count < 0)
		return count;
	if (count > 1)
		return cli_usage(verb, "one region at the most");
	if (watch_check(&prefixes.watch))
		return CLI_USAGE;
	prefixes.region = count ? argv[0] : NULL;
	prefixes.watch.bare = prefixes.cli.json;
	if (!prefixes.watch.given && !(prefixes.cli.given & GIVEN_INTERVAL))
		prefixes.watch.interval_ns = prefixes.cli.json || prefixes.total ? 0 :
					     NS_PER_SECOND;
	return show(&prefixes);
}

const struct verb prefix_verbs[] = {
	{ "prefix", run, "[REGION] [--top N] [--total] [--watch]",
	  "The heaviest source prefixes; in a surge, narrow and wide ones count the same packets",
	  { "prefix --top 5", "prefix XX --json" } },
	{},
};
