// SPDX-License-Identifier: BSD-2-Clause
/*
 * origin.c - the verb `origin`: a row for each of its words, whose functions are in files of their
 * own.
 */
#include <string.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/origin_count.h"
#include "cli/origin_failures.h"
#include "cli/origin_list.h"
#include "cli/origin_name.h"
#include "cli/origin_words.h"

static const struct word {
	const char *name;
	int (*run)(const struct verb *verb, const struct cli *cli, int count, char **words,
		   const struct origin_words *given);
	unsigned int takes;     /* bits of enum origin_given */
} words[] = {
	{ "list", origin_list, ORIGIN_GIVEN_LIST },
	{ "failures", origin_failures, ORIGIN_GIVEN_LAST },
	{ "add", origin_name_add, ORIGIN_GIVEN_SNI },
	{ "del", origin_name_del, 0 },
	{ "count", origin_count, 0 },
};

#define COUNT (sizeof(words) / sizeof(*words))

static const struct word *find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (!strcmp(words[i].name, name))
			return &words[i];
	return NULL;
}

static int unknown(const struct verb *verb, const char *name)
{
	const char *known[COUNT + 1] = {};

	for (size_t i = 0; i < COUNT; i++)
		known[i] = words[i].name;
	return cli_unknown(verb, name, known, "must be `origin`, `origin failures [ORIGIN]`, "
			   "`origin add NAME ADDR[:PORT]...`, `origin del NAME` or "
			   "`origin count -`");
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct origin_words given = { .last = ORIGIN_FAILURES_LAST };
	const struct option_row rows[] = {
		{ "failing", 0, OPTION_FLAG, &given.failing, NULL,
		  "list: origins alone that failed in the last 2 minutes, most failures first",
		  ORIGIN_GIVEN_FAILING },
		{ "top", 'n', OPTION_COUNT, &given.top, "N",
		  "list: the first N of them; 0: all (0)", ORIGIN_GIVEN_TOP },
		{ "watch", 0, OPTION_OPTIONAL_TEXT, &given.watch.given, "DURATION",
		  "list: print it again and again (1s); ^C ends it", ORIGIN_GIVEN_WATCH },
		{ "count", 0, OPTION_COUNT, &given.watch.count, "N", "with --watch: N times",
		  ORIGIN_GIVEN_COUNT },
		{ "last", 0, OPTION_COUNT, &given.last, "N",
		  "failures: the last N; 0: all that are kept (20)", ORIGIN_GIVEN_LAST },
		{ "sni", 0, OPTION_TEXT, &given.sni, "NAME",
		  "add: the host name that a probe asks for, if it is not the origin's name",
		  ORIGIN_GIVEN_SNI },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));
	const struct word *word;

	if (count < 0)
		return count;
	word = find(count ? argv[0] : "list");
	if (!word)
		return unknown(verb, argv[0]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (cli.given & rows[i].bit & ~word->takes)
			return log_error(CLI_USAGE, "`origin %s` does not take --%s", word->name,
					 rows[i].name);
	return word->run(verb, &cli, count ? count - 1 : 0, argv + !!count, &given);
}

const struct verb origin_verbs[] = {
	{ "origin", run,
	  "[list] [--failing] [--top N] [--watch] | failures [ORIGIN] [--last N] | "
	  "add NAME ADDR[:PORT]... [--sni NAME] | del NAME | count -",
	  "What becomes of this host's connections to origins, by the platform's codes",
	  { "origin --failing", "origin add shop 203.0.113.7 [2001:db8::7]:443" } },
	{},
};
