// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_replay.h"
#include "agent/agent_run.h"
#include "cli/cli.h"

static int run(const struct verb *verb, int argc, char **argv)
{
	struct agent_run_request request = {};
	const char *replay = NULL;
	struct cli cli = {};
	const struct option_row rows[] = {
		{ "config", 'c', OPTION_TEXT, &request.config, "FILE",
		  "follow `agent:` of this configuration", 0 },
		{ "listen", 0, OPTION_TEXT, &request.listen, "ADDR:PORT",
		  "serve metrics there, or at unix:PATH; off: nowhere", 0 },
		{ "replay", 0, OPTION_TEXT, &replay, "FILE",
		  "print what would be learned of these counters, and end", 0 },
	};
	int count = cli_read(&cli, verb, argc, argv, false, rows, sizeof(rows) / sizeof(*rows));

	if (count < 0)
		return count;
	if (count)
		return cli_usage(verb, "it takes no words");
	if (replay)
		return agent_replay(replay, request.config, stdout);
	request.pin_dir = cli.given_pin_dir;
	return agent_run(&request);
}

const struct verb agent_verbs[] = {
	{ "agent", run, "[--config FILE] [--listen ADDR:PORT|unix:PATH|off] [--replay FILE]",
	  "Watch, report, learn and export, in the foreground, until it is ended",
	  { "agent --config /etc/ecdn-xdp.yaml",
	    "agent --replay counters --config /etc/ecdn-xdp.yaml" } },
	{},
};
