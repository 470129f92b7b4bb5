// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli_limit.h"

#include <string.h>

#include "base/scoped.h"
#include "cli/cli_tell.h"
#include "control/bring_up.h"
#include "regions/names.h"
#include "show/limit_text.h"

int cli_limit_change(const struct cli *cli, const char *region, struct limits_change *change)
{
	struct request request;
	int err;

	if (strlen(region) >= sizeof(change->region))
		return names_unknown(&(struct words_guess){ .word = region });
	strcpy(change->region, region);
	request_init(&request);
	err = limits_add(&request.guard.changes, change);
	err = err ?: bring_up_change(cli->pin_dir, &request);
	if (!err) {
		scoped_free char *text = limit_text(request.guard.changes.at);

		cli_tell(cli, "%s", text ?: "done");
	}
	request_free(&request);
	return err;
}
