// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "ecdn-xdp-maps.h"

#define ROWS_MAX 24

static void print_help(const struct verb *verb, const struct option_row *rows, size_t count)
{
	printf("Usage: ecdn-xdp %s %s\n\n%s.\n\n", verb->name, verb->usage, verb->summary);
	options_help(rows, count);
}

int cli_read(struct cli *cli, const struct verb *verb, int argc, char **argv, bool reads,
	     const struct option_row *rows, size_t row_count)
{
	bool help = false, quiet = false;
	const struct option_row common[] = {
		{ "pin-dir", 0, OPTION_TEXT, &cli->given_pin_dir, "DIR",
		  "where the pins are (" ECDN_XDP_PIN_DIR ")", 0 },
		{ "verbose", 'v', OPTION_MORE, &cli->verbose, NULL,
		  "say more; twice: what libbpf and the kernel say too", 0 },
		{ "quiet", 'q', OPTION_FLAG, &quiet, NULL, "say errors only", 0 },
		{ "help", 'h', OPTION_FLAG, &help, NULL, "this text", 0 },
		{ "json", 'j', OPTION_FLAG, &cli->json, NULL, "print JSON", 0 },
	};
	size_t common_count = sizeof(common) / sizeof(*common) - !reads;
	struct option_row all[ROWS_MAX];
	int words;

	if (row_count)
		memcpy(all, rows, row_count * sizeof(*rows));
	memcpy(all + row_count, common, common_count * sizeof(*common));
	words = options_read(argc, argv, all, row_count + common_count, &cli->given);
	if (words < 0)
		return CLI_USAGE;
	if (help) {
		print_help(verb, all, row_count + common_count);
		return CLI_HELP;
	}
	log_set_level(cli->verbose > 1 ? LOG_DEBUG : cli->verbose ? LOG_INFO :
		      quiet ? LOG_ERROR : LOG_WARNING);
	cli->pin_dir = cli->given_pin_dir ?: ECDN_XDP_PIN_DIR;
	return words;
}

int cli_usage(const struct verb *verb, const char *reason)
{
	return log_error(CLI_USAGE, "%s: %s; usage: ecdn-xdp %s %s", verb->name, reason,
			 verb->name, verb->usage);
}

int cli_print_json(json_t *value)
{
	int err = 0;

	if (!value)
		return log_error(-ENOMEM, "out of memory");
	if (json_dumpf(value, stdout, JSON_INDENT(2)) || putchar('\n') == EOF)
		err = log_error(-EIO, "cannot write JSON to standard output");
	json_decref(value);
	return err;
}

const char *cli_format_time(uint64_t epoch_seconds, char text[CLI_TIME_SIZE])
{
	time_t seconds = epoch_seconds;
	struct tm tm;

	if (!epoch_seconds)
		return "-";
	strftime(text, CLI_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
	return text;
}

json_t *cli_json_time(uint64_t epoch_seconds)
{
	char text[CLI_TIME_SIZE];

	return epoch_seconds ? json_string(cli_format_time(epoch_seconds, text)) : json_null();
}
