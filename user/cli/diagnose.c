// SPDX-License-Identifier: BSD-2-Clause
/*
 * diagnose.c - what users see, by the platform's codes: what is wrong here, why, and what to do.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/quantity.h"
#include "base/words.h"
#include "cli/cli.h"
#include "cli/diagnose_log.h"
#include "cli/diagnose_probe.h"
#include "cli/diagnose_xff.h"
#include "diagnose/diagnose_rows.h"
#include "show/finding_fields.h"
#include "show/finding_text.h"
#include "show/output.h"

#define SINCE_DEFAULT_NS (60 * NS_PER_SECOND)
#define SINCE_LEAST_NS (10 * NS_PER_SECOND) /* a span of the observer's is 8.6 s */

/* Bits of options: those that xff alone has, those that it has not, and one that no log has. */
#define XFF_ALONE 1
#define NOT_XFF 2
#define SINCE 4

/* The options, as they are given. */
struct words {
	struct diagnose_asked asked;
	struct diagnose_probe_words probe;
	bool is_probe;
	bool exit_code;
	unsigned int status;
	const char *log;        /* NULL: none is read */
	struct diagnose_xff xff;
};

/* --- output */

static void print_looked(const struct diagnose_looked *looked)
{
	char at[1024] = "", missed[1024] = "";

	for (unsigned int i = 0; i < looked->count; i++)
		words_append(at, sizeof(at), "%s%s", i ? "; " : "", looked->at[i]);
	for (unsigned int i = 0; i < looked->missed_count; i++)
		words_append(missed, sizeof(missed), "%s%s", i ? "; " : "", looked->missed[i]);
	output_line("nothing is wrong that can be seen here. Looked at: %s.%s%s%s", *at ? at : "-",
		    *missed ? " Not looked at: " : "", missed, *missed ? "." : "");
}

static void print_text(const struct findings *findings, const struct diagnose_looked *looked)
{
	for (unsigned int i = 0; i < findings->count; i++)
		finding_text_print(&findings->at[i]);
	if (!findings->count)
		print_looked(looked);
}

static json_t *strings(const char (*text)[DIAGNOSE_ROWS_LOOKED_SIZE], unsigned int count)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < count; i++)
		json_array_append_new(list, output_string(text[i]));
	return list;
}

static int print_json(const struct findings *findings, const struct diagnose_looked *looked)
{
	const struct fields fields = { finding_fields, 0, NULL };
	json_t *list = json_array();

	for (unsigned int i = 0; i < findings->count; i++)
		json_array_append_new(list, fields_object(&fields, &findings->at[i]));
	return output_json(json_pack("{s:b, s:o, s:o, s:o}", "ok", !findings_wrong(findings),
				     "findings", list,
				     "looked_at", strings(looked->at, looked->count),
				     "not_looked_at", strings(looked->missed,
							      looked->missed_count)));
}

/* On a host that has nothing yet, a code says what it would take. */
static int check_loaded(const struct cli *cli, const struct diagnose_row *row)
{
	if (!row || !access(cli->pin_dir, F_OK) || errno != ENOENT)
		return 0;
	return log_error(-ENOENT, "nothing is loaded in %s; %s: %s", cli->pin_dir, row->code,
			 row->without);
}

static int find(const struct cli *cli, const struct words *words, struct findings *findings,
		struct diagnose_looked *looked)
{
	struct diagnose_facts facts;
	int err;

	if (words->log)
		return diagnose_log(cli, &words->asked, words->log, findings, looked);
	err = check_loaded(cli, words->asked.row);
	if (err)
		return err;
	err = diagnose_facts_read(&facts, cli->pin_dir);
	err = err ?: diagnose_rows_run(&facts, &words->asked, findings);
	if (!err)
		diagnose_rows_looked(&facts, &words->asked, looked);
	diagnose_facts_free(&facts);
	return err;
}

static int diagnose(const struct cli *cli, const struct words *words)
{
	struct diagnose_looked looked;
	struct findings findings = {};
	int err = find(cli, words, &findings, &looked);

	if (!err && cli->json)
		err = print_json(&findings, &looked);
	else if (!err)
		print_text(&findings, &looked);
	if (!err && words->exit_code && findings_wrong(&findings))
		err = CLI_NO;
	findings_free(&findings);
	return err;
}

/* --- words */

static int unknown_code(const char *word)
{
	struct words_guess guess = { .word = word };
	char text[WORDS_GUESS_SIZE];

	for (const struct diagnose_row *row = diagnose_rows; row->code; row++)
		words_guess_add(&guess, row->code);
	words_guess_text(&guess, "", text);
	return log_error(CLI_USAGE, "%s is no code of the platform's table, nor a status that is "
			 "counted by itself; %s%s`ecdn-xdp diagnose other ORIGIN --status N` takes "
			 "any status", word, text, *text ? " " : "");
}

/* A status that is a word stands for other with --status. */
static int read_code(struct words *words, const char *code)
{
	struct diagnose_asked *asked = &words->asked;
	uint64_t status;

	asked->row = diagnose_rows_find(code);
	if (!asked->row)
		return unknown_code(code);
	asked->status = words->status;
	if (!strcmp(asked->row->code, "other") && !quantity_parse_whole(code, 599, &status)) {
		if (words->status)
			return log_error(CLI_USAGE, "diagnose %s: --status %u is for `diagnose "
					 "other`", code, words->status);
		asked->status = status;
	}
	return 0;
}

static bool is_row(const struct words *words, const char *code)
{
	return words->asked.row && !strcmp(words->asked.row->code, code);
}

static int no_log(void)
{
	return log_error(CLI_USAGE, "--log is for `diagnose 522`, `404`, `other` and other "
			 "statuses; `diagnose xff` takes a FILE without it");
}

static int check(const struct words *words, unsigned int given)
{
	if (words->asked.since_ns < SINCE_LEAST_NS ||
	    words->asked.since_ns > VIEW_ORIGINS_WINDOW_NS)
		return log_error(CLI_USAGE, "--since: from 10s to 2m; the observer keeps no more "
				 "by time");
	if (words->status && !is_row(words, "other"))
		return log_error(CLI_USAGE, "--status is for `diagnose other`");
	if (words->status && (words->status < 100 || words->status > 599))
		return log_error(CLI_USAGE, "--status %u is no status of HTTP: 100 to 599",
				 words->status);
	if (words->log && !diagnose_log_tells(words->asked.row))
		return no_log();
	if (words->log && given & SINCE)
		return log_error(CLI_USAGE, "--since and --log exclude each other: a log is read "
				 "as a whole");
	if (words->asked.revision && !is_row(words, "529"))
		return log_error(CLI_USAGE, "--config-revision is for `diagnose 529`");
	if (words->is_probe && (!is_row(words, "538") || !words->asked.object))
		return log_error(CLI_USAGE, "--probe is for `diagnose 538 ORIGIN`");
	if (!words->is_probe && (words->probe.offer || words->probe.sni))
		return log_error(CLI_USAGE, "--offer and --sni are for --probe");
	return 0;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct words words = { .asked.since_ns = SINCE_DEFAULT_NS };
	const struct option_row rows[] = {
		{ "since", 0, OPTION_DURATION, &words.asked.since_ns, "DURATION",
		  "how far to look back, from 10s to 2m (1m)", NOT_XFF | SINCE },
		{ "exit-code", 0, OPTION_FLAG, &words.exit_code, NULL,
		  "end with 3 if something is wrong", 0 },
		{ "status", 0, OPTION_COUNT, &words.status, "N", "other: the status that users see",
		  NOT_XFF },
		{ "log", 0, OPTION_TEXT, &words.log, "FILE",
		  "522, 404, other: read the proxy's access log, or \"-\"", NOT_XFF },
		{ "config-revision", 0, OPTION_FLAG, &words.asked.revision, NULL,
		  "529: tell the configuration's revision, and what changed last", NOT_XFF },
		{ "probe", 0, OPTION_FLAG, &words.is_probe, NULL,
		  "538: ask the origin, by up to 12 handshakes, what it takes", NOT_XFF },
		{ "offer", 0, OPTION_TEXT, &words.probe.offer, "LIST",
		  "--probe: what the node offers: versions, suites, groups, ciphers of OpenSSL",
		  NOT_XFF },
		{ "sni", 0, OPTION_TEXT, &words.probe.sni, "NAME",
		  "--probe: the host name to ask for", NOT_XFF },
		{ "nodes", 0, OPTION_TEXT, &words.xff.nodes, "FILE",
		  "xff: the platform's nodes, a CIDR [NAME] a line", XFF_ALONE },
		{ "lookup", 0, OPTION_FLAG, &words.xff.lookup, NULL,
		  "xff: regions and nodes are those of the guard that is loaded here", XFF_ALONE },
		{ "at-node", 0, OPTION_FLAG, &words.xff.at_node, NULL,
		  "xff: the log is a node's and not an origin's", XFF_ALONE },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));
	int err;

	if (count < 0)
		return count;
	if (count && !strcmp(argv[0], "xff")) {
		if (cli.given & NOT_XFF)
			return log_error(CLI_USAGE, "`diagnose xff FILE` takes no options but "
					 "--nodes, --lookup, --at-node and --exit-code");
		words.xff.exit_code = words.exit_code;
		return diagnose_xff(&cli, verb, &words.xff, count - 1, argv + 1);
	}
	if (cli.given & XFF_ALONE)
		return log_error(CLI_USAGE, "--nodes, --lookup and --at-node are for `diagnose xff "
				 "FILE`");
	if (count > 2)
		return cli_usage(verb, "takes a code and one object");
	err = count ? read_code(&words, argv[0]) : 0;
	words.asked.object = count > 1 ? argv[1] : NULL;
	words.asked.log = words.log;
	err = err ?: check(&words, cli.given);
	words.probe.exit_code = words.exit_code;
	if (!err && words.is_probe)
		return diagnose_probe(&cli, argv[1], &words.probe);
	return err ?: diagnose(&cli, &words);
}

const struct verb diagnose_verbs[] = {
	{ "diagnose", run, "[CODE [OBJECT] | xff FILE [ADDRESS]] [--since DURATION | --log FILE] "
			   "[--status N] [--config-revision] [--probe [--offer LIST] [--sni NAME]] "
			   "[--nodes FILE | --lookup] [--at-node] [--exit-code]",
	  "Which code do users see? What is wrong here, why, and what to do about it",
	  { "diagnose", "diagnose 538 203.0.113.7" } },
	{},
};
