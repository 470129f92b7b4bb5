// SPDX-License-Identifier: BSD-2-Clause
/*
 * change.c - the verbs that change one region: limit, exempt, block, release.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/limits.h"
#include "base/log.h"
#include "control/bring_up.h"

static int change_region(const struct cli *cli, const char *region,
			 struct limits_change *change)
{
	struct request request;
	int err;

	if (strlen(region) >= sizeof(change->region))
		return log_error(-ENOENT, "region \"%s\": not in the table; `ecdn-xdp region` lists what is", region);
	strcpy(change->region, region);
	request_init(&request);
	err = limits_add(&request.guard.changes, change);
	err = err ?: bring_up_change(cli->pin_dir, &request);
	request_free(&request);
	return err;
}

static int limit_verb(const struct verb *verb, const struct cli *cli, int count, char **words,
		      struct limits_change *change)
{
	change->what = cli->given;
	if (!count && !change->what)
		return limits_print(cli->pin_dir, cli->json);
	if (count == 2 && !strcmp(words[0], "set")) {
		if (!change->what)
			return cli_usage(verb, "set what? Give at least one limit");
		return change_region(cli, words[1], change);
	}
	if (count == 2 && !strcmp(words[0], "clear") && !change->what) {
		change->what = LIMITS_CLEAR;
		return change_region(cli, words[1], change);
	}
	return cli_usage(verb, "must be `limit`, `limit set REGION --...` or `limit clear REGION`");
}

int cli_limit(const struct verb *verb, int argc, char **argv)
{
	struct limits_change change = {};
	struct ecdn_xdp_limits *to = &change.limits;
	const struct option_row rows[] = {
		{ "pps", 0, OPTION_RATE, &to->pps, "N",
		  "packets/s that declare a surge; 0: no limit", LIMITS_PPS },
		{ "bps", 0, OPTION_RATE, &to->bps, "N",
		  "bits/s that declare a surge", LIMITS_BPS },
		{ "cps", 0, OPTION_RATE, &to->cps, "N",
		  "new connections/s that declare a surge", LIMITS_CPS },
		{ "prefix-pps", 0, OPTION_RATE, &to->prefix_pps, "N",
		  "in a surge: packets/s that pass of each /24 or /48 (1k)", LIMITS_PREFIX_PPS },
		{ "answer-cps", 0, OPTION_RATE, &to->answer_cps, "N",
		  "in a surge: new connections/s that pass (200k)", LIMITS_ANSWER_CPS },
		{ "hold", 0, OPTION_DURATION, &to->hold_ns, "DURATION",
		  "below 80 % for so long ends a surge (10s)", LIMITS_HOLD },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));

	return count < 0 ? count : limit_verb(verb, &cli, count, argv, &change);
}

static int state_verb(const struct verb *verb, int argc, char **argv, unsigned int what,
		      const struct option_row *rows, size_t row_count, struct limits_change *change)
{
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, false, rows, row_count);

	if (count < 0)
		return count;
	if (count != 1)
		return cli_usage(verb, "name one region");
	if (!strcmp(argv[0], LIMITS_DEFAULT))
		return cli_usage(verb, "\"default\" is no region");
	change->what = what;
	return change_region(&cli, argv[0], change);
}

int cli_exempt(const struct verb *verb, int argc, char **argv)
{
	struct limits_change change = { .exempt_for_ns = LIMITS_FOREVER };
	const struct option_row rows[] = {
		{ "for", 0, OPTION_DURATION, &change.exempt_for_ns, "DURATION",
		  "only so long; without it until `release`", 0 },
	};

	return state_verb(verb, argc, argv, LIMITS_EXEMPT, rows, 1, &change);
}

int cli_block(const struct verb *verb, int argc, char **argv)
{
	struct limits_change change = {};

	return state_verb(verb, argc, argv, LIMITS_BLOCK, NULL, 0, &change);
}

int cli_release(const struct verb *verb, int argc, char **argv)
{
	struct limits_change change = {};

	return state_verb(verb, argc, argv, LIMITS_RELEASE, NULL, 0, &change);
}
