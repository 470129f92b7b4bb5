/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli.h - what the verbs share. A verb returns 0, a negative errno whose reason
 * was said, or one of the values below; main.c alone makes exit codes of them.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/options.h"

#define CLI_USAGE -10001        /* wrong words on the command line, said */
#define CLI_HELP -10002         /* help was asked for and printed */
#define CLI_NO -10003           /* asked for an exit code, and the answer is no */

struct verb {
	const char *name;
	int (*run)(const struct verb *verb, int argc, char **argv);
	const char *usage;      /* what follows the name */
	const char *summary;
};

struct cli {
	const char *pin_dir;
	const char *given_pin_dir; /* 0: not on the command line */
	bool json;
	unsigned int verbose;   /* times -v */
	unsigned int given;     /* bits of the verb's own rows */
};

/*
 * Reads the verb's options and those of every verb (--pin-dir, -v, -q, --help;
 * --json if reads is set). Returns the number of words left at argv's front,
 * CLI_USAGE or CLI_HELP.
 */
int cli_read(struct cli *cli, const struct verb *verb, int argc, char **argv, bool reads,
	     const struct option_row *rows, size_t row_count);

/* Says that the words are not those of the usage line. Returns CLI_USAGE. */
int cli_usage(const struct verb *verb, const char *reason);

/* Prints and frees; -ENOMEM, said, if value is 0. */
int cli_print_json(json_t *value);

/* "2026-01-02T03:04:05Z", or null for 0. */
json_t *cli_json_time(uint64_t epoch_seconds);

/* The same without JSON, "-" for 0; text may hold it. */
#define CLI_TIME_SIZE 32
const char *cli_format_time(uint64_t epoch_seconds, char text[CLI_TIME_SIZE]);

extern const struct verb verbs[]; /* ends with a NULL name */

int cli_load(const struct verb *verb, int argc, char **argv);
int cli_unload(const struct verb *verb, int argc, char **argv);
int cli_status(const struct verb *verb, int argc, char **argv);
int cli_stats(const struct verb *verb, int argc, char **argv);
int cli_prefix(const struct verb *verb, int argc, char **argv);
int cli_region(const struct verb *verb, int argc, char **argv);
int cli_limit(const struct verb *verb, int argc, char **argv);
int cli_exempt(const struct verb *verb, int argc, char **argv);
int cli_block(const struct verb *verb, int argc, char **argv);
int cli_release(const struct verb *verb, int argc, char **argv);
int cli_allow(const struct verb *verb, int argc, char **argv);
int cli_node(const struct verb *verb, int argc, char **argv);
int cli_steer(const struct verb *verb, int argc, char **argv);

#endif
