// SPDX-License-Identifier: BSD-2-Clause
/*
 * check.c - is everything as configured? A line for what is not, with what to do.
 */
#include <stdio.h>
#include <stdlib.h>

#include "check/check_all.h"
#include "cli/cli.h"
#include "show/output.h"

/* Long enough for a counter that packets drive. */
#define WATCH_NS 300000000ULL

static void print_text(const struct checks_report *report)
{
	for (unsigned int i = 0; i < report->count; i++)
		output_line("%-11s %s: %s", report->at[i].check, report->at[i].what,
			    report->at[i].remedy);
	if (!report->count)
		puts("all is as configured");
}

static int print_json(const struct checks_report *report)
{
	json_t *faults = json_array();

	for (unsigned int i = 0; i < report->count; i++)
		json_array_append_new(faults, json_pack("{s:s, s:o, s:o}",
			"check", report->at[i].check,
			"what", output_string(report->at[i].what),
			"remedy", output_string(report->at[i].remedy)));
	return output_json(json_pack("{s:b, s:o}", "ok", !report->count, "faults", faults));
}

static int check(const struct cli *cli, const struct checks_options *options)
{
	struct checks_report report = {};
	struct checks_facts facts;
	int err = checks_read(&facts, cli->pin_dir, options);

	err = err ?: check_all(&facts, &report);
	if (!err && cli->json)
		err = print_json(&report);
	else if (!err)
		print_text(&report);
	if (!err && report.count)
		err = CLI_NO;
	free(report.at);
	checks_free(&facts);
	return err;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct checks_options options = {
		.table_age_ns = CHECKS_TABLE_AGE_NS, .monitor_ns = CHECKS_MONITOR_NS,
		.watch_ns = WATCH_NS,
	};
	const struct option_row rows[] = {
		{ "max-table-age", 0, OPTION_DURATION, &options.table_age_ns, "DURATION",
		  "how old the region table may be (45d)", 0 },
		{ "max-monitor", 0, OPTION_DURATION, &options.monitor_ns, "DURATION",
		  "how long monitor mode may last (2d)", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));

	if (count < 0)
		return count;
	if (count)
		return cli_usage(verb, "takes no words");
	return check(&cli, &options);
}

const struct verb check_verbs[] = {
	{ "check", run, "[--max-table-age DURATION] [--max-monitor DURATION]",
	  "Is everything as configured? A line and a remedy for what is not, and exit code 3",
	  { "check", "check --max-table-age 7d --json" } },
	{},
};
