// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/log.h"
#include "base/wrap.h"
#include "ecdn-xdp-maps.h"
#include "kernel/pins.h"

#define ROWS_MAX 40

/* The options of every verb; of readers the last one, too. */
#define COMMON_ROWS(cli, wait_ns, help) \
	{ "pin-dir", 0, OPTION_TEXT, &(cli)->given_pin_dir, "DIR", \
	  "where the pins are (" ECDN_XDP_PIN_DIR ")", 0 }, \
	{ "wait", 0, OPTION_DURATION, (wait_ns), "DURATION", \
	  "how long a change waits while another command is at work (30s)", 0 }, \
	{ "verbose", 'v', OPTION_MORE, &(cli)->verbose, NULL, \
	  "log more; twice: what libbpf and the kernel log, too", 0 }, \
	{ "quiet", 'q', OPTION_FLAG, &(cli)->quiet, NULL, \
	  "log errors only, and do not say what was changed", 0 }, \
	{ "help", 'h', OPTION_FLAG, (help), NULL, "print this help", 0 }, \
	{ "json", 'j', OPTION_FLAG, &(cli)->json, NULL, "print JSON", 0 }

static void print_help(const struct verb *verb, const struct option_row *rows, size_t count)
{
	int column = printf("Usage: ecdn-xdp %s%s", verb->name, *verb->usage ? " " : "");

	wrap_help(stdout, column, verb->usage, WRAP_USAGE);
	printf("\n\n");
	wrap_help(stdout, 0, verb->summary, WRAP_WORDS);
	printf(".\n\n");
	options_help(rows, count);
	printf("\nExamples:\n");
	for (size_t i = 0; i < sizeof(verb->examples) / sizeof(*verb->examples); i++)
		printf("  ecdn-xdp %s\n", verb->examples[i]);
}

/* First words with which a verb that reads changes something, and has no JSON to print. */
static const struct {
	const char *verb, *word;
} writing[] = {
	{ "limit", "set" }, { "limit", "clear" },
	{ "region", "load" }, { "region", "reload" }, { "region", "forget" },
	{ "allow", "add" }, { "allow", "del" },
	{ "node", "add" }, { "node", "del" }, { "node", "load" },
	{ "steer", "add" }, { "steer", "del" }, { "steer", "refresh" },
	{ "origin", "add" }, { "origin", "del" },
};

/* Words, or CLI_USAGE where --json would be for nothing. */
static int check_json(const struct verb *verb, const char *first, int words)
{
	for (size_t i = 0; i < sizeof(writing) / sizeof(*writing); i++)
		if (!strcmp(verb->name, writing[i].verb) && !strcmp(first, writing[i].word))
			return log_error(CLI_USAGE, "`%s %s` changes something and prints no JSON",
					 verb->name, first);
	return words;
}

static int check_pin_dir(const char *dir)
{
	struct pins pins;

	return pins_init(&pins, dir);
}

int cli_read(struct cli *cli, const struct verb *verb, int argc, char **argv, bool reads,
	     const struct option_row *rows, size_t row_count)
{
	bool help = false;
	uint64_t wait_ns = LOCK_WAIT_NS;
	const struct option_row common[] = { COMMON_ROWS(cli, &wait_ns, &help) };
	size_t common_count = sizeof(common) / sizeof(*common) - !reads;
	struct option_row all[ROWS_MAX];
	int words;

	if (row_count + common_count > ROWS_MAX)
		return log_error(-E2BIG, "`%s` has too many options for this program", verb->name);
	if (row_count)
		memcpy(all, rows, row_count * sizeof(*rows));
	memcpy(all + row_count, common, common_count * sizeof(*common));
	words = options_read(argc, argv, all, row_count + common_count, &cli->given);
	if (words < 0)
		return words == -ENOMEM ? words : CLI_USAGE;
	if (help) {
		print_help(verb, all, row_count + common_count);
		return CLI_HELP;
	}
	if (cli->given_pin_dir && check_pin_dir(cli->given_pin_dir))
		return CLI_USAGE;
	log_set_level(cli->verbose > 1 ? LOG_DEBUG : cli->verbose ? LOG_INFO :
		      cli->quiet ? LOG_ERROR : LOG_WARNING);
	lock_introduce(verb->name, words ? argv[0] : NULL, wait_ns);
	cli->pin_dir = cli->given_pin_dir ?: ECDN_XDP_PIN_DIR;
	return cli->json && words ? check_json(verb, argv[0], words) : words;
}

int cli_find_verb(int argc, char **argv, bool *help, bool *version)
{
	struct cli cli = {};
	uint64_t wait_ns;
	const struct option_row rows[] = {
		COMMON_ROWS(&cli, &wait_ns, help),
		{ "version", 0, OPTION_FLAG, version, NULL, "", 0 },
	};
	int lead = options_lead(argc, argv, rows, sizeof(rows) / sizeof(*rows));
	char *verb;

	if (lead < 0)
		return lead == -ENOMEM ? lead : CLI_USAGE;
	if (lead == argc)
		return 0;
	verb = argv[lead];
	memmove(argv + 1, argv, lead * sizeof(*argv));
	argv[0] = verb;
	return 1;
}

int cli_usage(const struct verb *verb, const char *reason)
{
	return log_error(CLI_USAGE, "%s: %s; usage: ecdn-xdp %s %s", verb->name, reason,
			 verb->name, verb->usage);
}

int cli_unknown(const struct verb *verb, const char *word, const char *const *known,
		const char *reason)
{
	struct words_guess guess = { .word = word };
	char text[WORDS_GUESS_SIZE];

	for (; word && *known; known++) {
		if (!strcmp(word, *known))
			word = NULL;
		else
			words_guess_add(&guess, *known);
	}
	if (!word)
		return cli_usage(verb, reason);
	words_guess_text(&guess, "", text);
	return log_error(CLI_USAGE, "%s: unknown word %s; %s%susage: ecdn-xdp %s %s", verb->name,
			 word, text, *text ? " " : "", verb->name, verb->usage);
}

static int cidr_error(const char *word, int err)
{
	if (err == -ERANGE)
		return log_error(CLI_USAGE, "%s has bits set beyond its length; nothing was "
				 "changed", word);
	return log_error(CLI_USAGE, "%s is not an address or CIDR; nothing was changed", word);
}

int cli_read_cidrs(struct cli_cidrs *cidrs, size_t count, char **words)
{
	cidrs->count = count;
	cidrs->at = calloc(count + 1, sizeof(*cidrs->at));
	if (!cidrs->at)
		return log_error(-ENOMEM, "out of memory for the prefixes");
	for (size_t i = 0; i < count; i++) {
		int err = cidr_parse(words[i], &cidrs->at[i]);

		if (err)
			return cidr_error(words[i], err);
	}
	return 0;
}
