// SPDX-License-Identifier: BSD-2-Clause
/*
 * stats.c - what each region sends now, and what becomes of it; totals; metrics.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/stats_choice.h"
#include "cli/stats_metrics.h"
#include "cli/watch.h"
#include "show/event_fields.h"
#include "show/output.h"
#include "show/region_fields.h"

enum given {
	GIVEN_INTERVAL = 1 << 0,
	GIVEN_CHOICE = 1 << 1,
};

struct stats {
	struct cli cli;
	struct watch watch;
	struct stats_choice choice;
	bool total, metrics;
	const char *output;
	struct view_regions before; /* the last read, which the next one is compared with */
};

static struct fields fields_of(const struct stats *stats, const struct view_regions *view)
{
	bool monitor = view->config.monitor;
	unsigned int in = stats->cli.json ? REGION_FIELDS_STATS | REGION_FIELDS_JSON :
			  stats->total ? REGION_FIELDS_STATS | (monitor ? REGION_FIELDS_MONITOR :
								REGION_FIELDS_ENFORCE) :
			  REGION_FIELDS_NOW | (monitor ? REGION_FIELDS_NOW_MONITOR :
					       REGION_FIELDS_NOW_ENFORCE);

	return (struct fields){ region_fields, in, &view->moment };
}

/* JSON is sorted by what a table has columns of. */
static struct fields columns_of(const struct stats *stats, const struct view_regions *view)
{
	struct stats table = *stats;

	table.cli.json = false;
	return fields_of(&table, view);
}

static void say_empty(const struct stats *stats)
{
	const struct stats_choice *choice = &stats->choice;

	if (choice->states)
		log_note("no region is %s now", choice->states);
	else if (choice->now)
		log_note("no region sends anything to the protected ports now; `ecdn-xdp stats "
			 "--total` shows what was counted, `--all` all regions");
	else
		log_note("nothing was counted yet; the guard counts what comes to the interfaces "
			 "that `ecdn-xdp status` names");
}

static int print_text(const struct stats *stats, const struct view_regions *view,
		      const struct view_region **regions, size_t count, FILE *to,
		      unsigned int width)
{
	const struct fields fields = fields_of(stats, view);
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (size_t i = 0; i < count; i++)
		fields_cells(&fields, regions[i], columns);
	if (!count && !stats->watch.given)
		say_empty(stats);
	return columns_write(columns, to, width);
}

static int print_json(const struct stats *stats, const struct view_regions *view,
		      const struct view_region **regions, size_t count)
{
	const struct fields fields = fields_of(stats, view);
	const struct fields events = { event_fields_guard, 0, NULL };
	json_t *array = json_array(), *root;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, fields_object(&fields, regions[i]));
	root = json_pack("{s:I, s:s, s:o}", "generation", (json_int_t)view->generation,
			 "mode", view->config.monitor ? "monitor" : "enforce",
			 "regions", array);
	if (root && fields_set(&events, &view->events, root)) {
		json_decref(root);
		root = NULL;
	}
	return output_json(root);
}

static int print(const struct stats *stats, const struct view_regions *view, FILE *to,
		 unsigned int width)
{
	const struct fields columns = columns_of(stats, view);
	const struct view_region **regions;
	size_t count;
	int err = stats_choice_make(&stats->choice, &columns, view, &regions, &count);

	if (!err)
		err = stats->cli.json ? print_json(stats, view, regions, count) :
					print_text(stats, view, regions, count, to, width);
	free(regions);
	return err;
}

/* Reads, and compares with the read before, whose place it takes. */
static int frame(void *context, FILE *to, unsigned int width)
{
	struct stats *stats = context;
	struct view_regions view;
	int err;

	if (!stats->watch.interval_ns)
		return print(stats, &stats->before, to, width);
	err = view_regions_read(&view, stats->cli.pin_dir);
	if (err)
		return err;
	view_regions_compare(&view, &stats->before);
	view_regions_free(&stats->before);
	stats->before = view;
	return print(stats, &view, to, width);
}

/* While nothing was ever dropped or refused, both are 0 a second, and there is nothing to wait
 * for. */
static bool has_flow(const struct view_regions *view)
{
	for (uint32_t i = 0; i < view->count; i++) {
		const struct region_counts *counts = &view->region[i].counts;
		const uint64_t *drops = (const uint64_t *)&counts->dropped;

		if (view_regions_got_513(&view->region[i]))
			return true;
		for (size_t j = 0; j < sizeof(counts->dropped) / sizeof(*drops); j++)
			if (drops[j] || ((const uint64_t *)&counts->would_drop)[j])
				return true;
	}
	return false;
}

static int show(struct stats *stats)
{
	int err = view_regions_read(&stats->before, stats->cli.pin_dir);
	struct fields columns;

	if (err)
		return err;
	columns = columns_of(stats, &stats->before);
	err = stats_choice_check(&stats->choice, &columns) ? CLI_USAGE :
	      stats_choice_named(&stats->choice, &stats->before);
	if (!err && !stats->watch.given && stats->watch.interval_ns && !has_flow(&stats->before)) {
		view_regions_compare(&stats->before, &stats->before);
		stats->watch.interval_ns = 0;
	}
	err = err ?: watch_run(&stats->watch, frame, stats);
	view_regions_free(&stats->before);
	return err;
}

static int run_metrics(const struct verb *verb, const struct stats *stats)
{
	if (stats->choice.count || stats->cli.given || stats->watch.given || stats->cli.json ||
	    stats->total)
		return cli_usage(verb, "--metrics goes with --output alone");
	return stats_metrics(stats->cli.pin_dir, stats->output);
}

static int run_words(const struct verb *verb, struct stats *stats)
{
	struct stats_choice *choice = &stats->choice;

	if (stats->metrics)
		return run_metrics(verb, stats);
	if (stats->output)
		return cli_usage(verb, "--output goes with --metrics");
	if (watch_check(&stats->watch))
		return CLI_USAGE;
	if (!stats->watch.given && !(stats->cli.given & GIVEN_INTERVAL))
		stats->watch.interval_ns = stats->cli.json || stats->total ? 0 : NS_PER_SECOND;
	stats->watch.bare = stats->cli.json;
	choice->now = !stats->cli.json && !stats->total;
	choice->ranked = choice->now;
	return show(stats);
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct stats stats = { .choice.names = argv };
	const struct option_row rows[] = {
		{ "all", 'a', OPTION_FLAG, &stats.choice.all, NULL,
		  "show regions that have nothing to show, too", GIVEN_CHOICE },
		{ "total", 0, OPTION_FLAG, &stats.total, NULL,
		  "what was counted since the first load, and not what is now", 0 },
		{ "sort", 0, OPTION_TEXT, &stats.choice.sort, "COLUMN",
		  "the largest of that column first", GIVEN_CHOICE },
		{ "top", 'n', OPTION_COUNT, &stats.choice.top, "N", "show the first N; 0: all",
		  GIVEN_CHOICE },
		{ "state", 0, OPTION_TEXT, &stats.choice.states, "STATE[,STATE]",
		  "show regions in these states alone", GIVEN_CHOICE },
		WATCH_ROWS(stats.watch, GIVEN_INTERVAL, GIVEN_CHOICE),
		{ "metrics", 0, OPTION_FLAG, &stats.metrics, NULL,
		  "print metrics as Prometheus reads them", 0 },
		{ "output", 'o', OPTION_TEXT, &stats.output, "FILE",
		  "with --metrics: replace FILE by them, in one step", 0 },
	};
	int count = cli_read(&stats.cli, verb, argc, argv, true, rows,
			     sizeof(rows) / sizeof(*rows));

	stats.choice.count = count;
	return count < 0 ? count : run_words(verb, &stats);
}

const struct verb stats_verbs[] = {
	{ "stats", run, "[REGION...] [--total] [--sort COLUMN] [--top N] [--state STATE] "
	  "[--watch] | --metrics [--output FILE]",
	  "What each region sends now and what becomes of it: limited and shielded ones first",
	  { "stats --watch", "stats XX YY --json" } },
	{},
};
