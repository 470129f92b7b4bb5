/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli_limit.h - a change of one region's limits or layers by a verb.
 */
#ifndef CLI_CLI_LIMIT_H
#define CLI_CLI_LIMIT_H

#include "cli/cli.h"
#include "guard/limits.h"

/* Carries out the change to that region and says what it has come to. 0 or a negative errno,
 * logged. */
int cli_limit_change(const struct cli *cli, const char *region, struct limits_change *change);

#endif
