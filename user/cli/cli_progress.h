/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli_progress.h - how far the reading of a log has come, on a terminal.
 */
#ifndef CLI_CLI_PROGRESS_H
#define CLI_CLI_PROGRESS_H

#include "access/access_log.h"
#include "cli/cli.h"

struct cli_progress {
	struct access_progress access; /* its context is this */
	uint64_t began_ns;
	bool tells;             /* somebody looks at standard error, and wants to know */
};

/* What is to be given to the reader; NULL: nobody is to be told. *progress must not move. */
const struct access_progress *cli_progress_start(struct cli_progress *progress,
						 const struct cli *cli);

/* The line is gone before anything else is printed. */
void cli_progress_end(const struct cli_progress *progress);

#endif
