// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli.h"
#include "cli/cli_tell.h"
#include "control/take_down.h"
#include "view/view_status.h"

/* Without the guard anywhere nobody is limited, which is worth a word. */
static void tell_rest(const struct cli *cli)
{
	struct view_status view;

	if (!view_status_read(&view, cli->pin_dir) && view.guard && !view.attachment_count)
		cli_tell(cli, "no interface has the guard any more: nothing is dropped, proxies "
			 "refuse nobody, nothing is steered");
	view_status_free(&view);
}

static int unload(const struct cli *cli, char **ifaces, int count)
{
	int err = take_down(cli->pin_dir, ifaces, count);

	if (err || cli->quiet)
		return err;
	for (int i = 0; i < count; i++)
		cli_tell(cli, "%s: unloaded", ifaces[i]);
	tell_rest(cli);
	return 0;
}

static int unload_all(const struct cli *cli)
{
	int err = take_down_all(cli->pin_dir);

	if (!err)
		cli_tell(cli, "nothing is loaded in %s any more", cli->pin_dir);
	return err;
}

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
	return all ? unload_all(&cli) : unload(&cli, argv, count);
}

const struct verb unload_verbs[] = {
	{ "unload", run, "IFACE... | --all",
	  "Detach the guard and ping from interfaces; --all removes their maps and counters, too",
	  { "unload eth0", "unload --all" } },
	{},
};
