// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli_list.h"

#include <stdio.h>

static const char *plural(size_t count)
{
	return count == 1 ? "" : "es";
}

void cli_list_tell_added(const struct cli *cli, const struct cli_list_change *change)
{
	if (cli->quiet)
		return;
	printf("added %zu prefix%s", change->added, plural(change->added));
	if (change->there)
		printf(", %zu %s there", change->there, change->there == 1 ? "was" : "were");
	putchar('\n');
}

void cli_list_tell_removed(const struct cli *cli, size_t removed)
{
	if (!cli->quiet)
		printf("removed %zu prefix%s\n", removed, plural(removed));
}
