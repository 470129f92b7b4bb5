// SPDX-License-Identifier: BSD-2-Clause
/*
 * power.c - the verbs off and on: one word for an emergency.
 */
#include <string.h>

#include "base/escape.h"
#include "base/log.h"
#include "cli/cli_tell.h"
#include "control/verb_note.h"
#include "control/switch.h"
#include "view/view_off.h"

/* Longer ones would be cut where they are kept. */
#define REASON_MAX (sizeof(((struct ecdn_xdp_verb *)0)->reason) - 1)

static int read_reason(const char *reason)
{
	if (strlen(reason) > REASON_MAX)
		return log_error(CLI_USAGE, "--reason: has room for %zu bytes, not for %zu",
				 REASON_MAX, strlen(reason));
	if (!escape_is_plain(reason))
		return log_error(CLI_USAGE, "--reason: must be UTF-8 without control characters");
	verb_note_reason(reason);
	return 0;
}

static void tell_off(const struct cli *cli, bool changed)
{
	char since[VIEW_OFF_TEXT_SIZE];
	struct view_off off;

	if (changed)
		cli_tell(cli, "off: all is counted, nothing is dropped, refused or steered until "
			 "`ecdn-xdp on`");
	else if (!view_off_read(&off, cli->pin_dir))
		cli_tell(cli, "is off already%s", view_off_text(&off, since));
}

static void tell_on(const struct cli *cli, bool changed, bool monitor)
{
	if (!changed)
		cli_tell(cli, "is on already%s", monitor ? ", in monitor mode" : "");
	else if (monitor)
		cli_tell(cli, "on, in monitor mode, as that is configured: nothing is dropped "
			 "until `ecdn-xdp load --enforce`");
	else
		cli_tell(cli, "on: limits and blocks hold again");
}

static int run(const struct verb *verb, int argc, char **argv, bool off)
{
	const char *reason = NULL;
	bool monitor = false;
	const struct option_row rows[] = {
		{ "reason", 0, OPTION_TEXT, &reason, "TEXT", "why, to be kept and shown", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, false, rows, 1), err;

	if (count < 0)
		return count;
	if (count)
		return cli_usage(verb, "takes no words");
	err = reason ? read_reason(reason) : 0;
	err = err ?: switch_set(cli.pin_dir, off, &monitor);
	if (err < 0)
		return err;
	if (off)
		tell_off(&cli, err);
	else
		tell_on(&cli, err, monitor);
	return 0;
}

static int run_off(const struct verb *verb, int argc, char **argv)
{
	return run(verb, argc, argv, true);
}

static int run_on(const struct verb *verb, int argc, char **argv)
{
	return run(verb, argc, argv, false);
}

const struct verb power_verbs[] = {
	{ "off", run_off, "[--reason TEXT]",
	  "In an emergency: drop, refuse and steer nothing, whatever is configured, until `on`",
	  { "off", "off --reason \"the shop cannot be reached\"" } },
	{ "on", run_on, "[--reason TEXT]", "End what `off` has begun",
	  { "on", "on --reason \"it was DNS\"" } },
	{},
};
