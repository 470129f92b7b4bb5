// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli_list.h"

#include "cli/cli_tell.h"

static const char *plural(size_t count)
{
	return count == 1 ? "" : "es";
}

void cli_list_tell_added(const struct cli *cli, const struct cli_list_change *change)
{
	if (change->there)
		cli_tell(cli, "added %zu prefix%s, %zu %s there", change->added,
			 plural(change->added), change->there, change->there == 1 ? "was" : "were");
	else
		cli_tell(cli, "added %zu prefix%s", change->added, plural(change->added));
}

void cli_list_tell_removed(const struct cli *cli, size_t removed)
{
	cli_tell(cli, "removed %zu prefix%s", removed, plural(removed));
}
