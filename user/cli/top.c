// SPDX-License-Identifier: BSD-2-Clause
/*
 * top.c - the verb that shows the regions live, on a screen or as text.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "top/top_columns.h"
#include "top/top_run.h"

#define GIVEN_COUNT 1
#define INTERVAL_LEAST_NS (NS_PER_SECOND / 10)

static int check(struct top_run_request *request, const char *sort)
{
	char names[FIELD_TEXT_SIZE];
	int column = sort ? top_columns_find(sort) : (int)top_columns_share;

	if (column < 0)
		return log_error(CLI_USAGE, "--sort %s: there is no such column; they are %s", sort,
				 top_columns_names(names));
	if (request->interval_ns < INTERVAL_LEAST_NS)
		return log_error(CLI_USAGE, "--interval: must be at least 100ms");
	if (request->filter && strlen(request->filter) >= TOP_STATE_FILTER_SIZE)
		return log_error(CLI_USAGE, "--filter %s: no region's name is that long",
				 request->filter);
	request->sort = column;
	return 0;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct top_run_request request = { .interval_ns = NS_PER_SECOND };
	const char *sort = NULL;
	unsigned int count = 1;
	bool batch = false;
	struct cli cli = {};
	const struct option_row rows[] = {
		{ "interval", 'd', OPTION_DURATION, &request.interval_ns, "DURATION",
		  "between two reads (1s)", 0 },
		{ "sort", 0, OPTION_TEXT, &sort, "COLUMN",
		  "the largest of that column first (share)", 0 },
		{ "filter", 0, OPTION_TEXT, &request.filter, "TEXT",
		  "show regions whose name has that text", 0 },
		{ "batch", 0, OPTION_FLAG, &batch, NULL,
		  "print the table as text, without a terminal", 0 },
		{ "count", 'n', OPTION_COUNT, &count, "N", "with --batch: N times (1)",
		  GIVEN_COUNT },
	};
	int words = cli_read(&cli, verb, argc, argv, false, rows, sizeof(rows) / sizeof(*rows));
	int err;

	if (words < 0)
		return words;
	if (words)
		return cli_usage(verb, "takes no words; --filter TEXT chooses regions");
	if (cli.given & GIVEN_COUNT && !batch)
		return cli_usage(verb, "-n goes with --batch");
	request.pin_dir = cli.pin_dir;
	err = check(&request, sort);
	if (err)
		return err;
	return batch ? top_run_batch(&request, count) : top_run(&request);
}

const struct verb top_verbs[] = {
	{ "top", run, "[--sort COLUMN] [--filter TEXT] [-d DURATION] [--batch [-n N]]",
	  "A live table of the regions, in which they can be opened, exempted and blocked",
	  { "top", "top --batch -n 3 --sort pps" } },
	{},
};
