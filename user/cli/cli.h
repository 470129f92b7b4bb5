/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli.h - what the verbs share. A verb returns 0, a negative errno whose reason was logged,
 * or one of the values below; main.c alone makes exit codes of them.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "base/options.h"
#include "base/words.h"

#define CLI_USAGE WORDS_WRONG   /* the words on the command line are wrong; logged */
#define CLI_HELP -10002         /* help was asked for and printed */
#define CLI_NO -10003           /* nothing failed, and the exit code is to say no */

/* A file of verbs ends with their rows, FILE_verbs[], which main.c lists; {} ends them. */
struct verb {
	const char *name;
	int (*run)(const struct verb *verb, int argc, char **argv);
	const char *usage;      /* what follows the name */
	const char *summary;    /* a sentence without its full stop */
	const char *examples[2]; /* what follows "ecdn-xdp" */
};

struct cli {
	const char *pin_dir;
	const char *given_pin_dir; /* 0: not on the command line */
	bool json;
	bool quiet;             /* -q: nothing is said of what was done */
	unsigned int verbose;   /* how often -v was given */
	unsigned int given;     /* bits of the verb's own rows */
};

/*
 * Reads the verb's options and those of every verb (--pin-dir, --wait, -v, -q, --help; and --json
 * if reads is set). Returns the number of words left at argv's front, CLI_USAGE or
 * CLI_HELP.
 */
int cli_read(struct cli *cli, const struct verb *verb, int argc, char **argv, bool reads,
	     const struct option_row *rows, size_t row_count);

/*
 * Looks for the verb behind options that every verb has, and moves it to argv's front. Returns 1;
 * 0 if there is no verb, with *help and *version as they are asked for; or CLI_USAGE.
 */
int cli_find_verb(int argc, char **argv, bool *help, bool *version);

/* Logs that the words are not those of the usage line. Returns CLI_USAGE. */
int cli_usage(const struct verb *verb, const char *reason);

/* The same, of a verb whose first word is to be one of those known, which NULL ends: if `word`
 * is another one, names those that are near. NULL: there is no word. */
int cli_unknown(const struct verb *verb, const char *word, const char *const *known,
		const char *reason);

/* Prefixes on the command line. */
struct cli_cidrs {
	struct cidr *at;        /* to be freed by the caller */
	size_t count;
};

/* Reads all of the words. 0; CLI_USAGE for one that is no prefix, or -ENOMEM: logged. */
int cli_read_cidrs(struct cli_cidrs *cidrs, size_t count, char **words);

#endif
