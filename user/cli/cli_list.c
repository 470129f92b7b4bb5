// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli_list.h"

#include <stdio.h>

#include "cli/cli_tell.h"

static const char *plural(size_t count)
{
	return count == 1 ? "" : "es";
}

void cli_list_tell_added(const struct cli *cli, const struct cli_list_change *change,
			 const struct cli_ceiling *ceiling)
{
	char there[64] = "", text[CLI_CEILING_TEXT_SIZE];
	const char *whose = "";

	if (change->there)
		snprintf(there, sizeof(there), ", %zu %s there", change->there,
			 change->there == 1 ? "was" : "were");
	if (*cli_ceiling_format(ceiling, text))
		whose = change->added + change->there == 1 ? "; its ceiling is now " :
			"; the ceiling of each is now ";
	cli_tell(cli, "added %zu prefix%s%s%s%s", change->added, plural(change->added), there,
		 whose, text);
}

void cli_list_tell_removed(const struct cli *cli, size_t removed)
{
	cli_tell(cli, "removed %zu prefix%s", removed, plural(removed));
}
