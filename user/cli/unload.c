// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli.h"
#include "control/take_down.h"

static int run(const struct verb *verb, int argc, char **argv)
{
	bool all = false;
	const struct option_row rows[] = {
		{ "all", 'a', OPTION_FLAG, &all, NULL,
		  "detach from every interface, and remove the maps with their counters", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, false, rows, 1);

	if (count < 0)
		return count;
	if (!count == !all)
		return cli_usage(verb, "name interfaces, or give --all");
	return all ? take_down_all(cli.pin_dir) : take_down(cli.pin_dir, argv, count);
}

const struct verb unload_verbs[] = {
	{ "unload", run, "IFACE... | --all",
	  "Detach the guard and ping from interfaces; --all removes their maps and counters, too",
	  { "unload eth0", "unload --all" } },
	{},
};
