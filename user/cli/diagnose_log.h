/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnose_log.h - `diagnose 404 --log FILE`: what the proxy's access log tells of a status, beside
 * what the observer has counted, if one is loaded.
 */
#ifndef CLI_DIAGNOSE_LOG_H
#define CLI_DIAGNOSE_LOG_H

#include "cli/cli.h"
#include "diagnose/diagnose_rows.h"

/* Whether a log can tell of that row. */
bool diagnose_log_tells(const struct diagnose_row *row);

/* Finds what is asked of both, the worst first. 0; CLI_USAGE for an origin that is in none, or a
 * negative errno: logged. findings: zeros before. */
int diagnose_log(const struct cli *cli, const struct diagnose_asked *asked, const char *path,
		 struct findings *findings, struct diagnose_looked *looked);

#endif
