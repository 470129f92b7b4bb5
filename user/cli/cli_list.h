/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli_list.h - what `allow` and `node` tell of a change to the trusted list.
 */
#ifndef CLI_CLI_LIST_H
#define CLI_CLI_LIST_H

#include "cli/cli.h"
#include "cli/cli_ceiling.h"

/* How many prefixes a change has added, and how many of those named were on the list. */
struct cli_list_change {
	size_t added, there;
};

/* Prints it, unless the command is quiet, with the ceiling that all those named have now. */
void cli_list_tell_added(const struct cli *cli, const struct cli_list_change *change,
			 const struct cli_ceiling *ceiling);
void cli_list_tell_removed(const struct cli *cli, size_t removed);

#endif
