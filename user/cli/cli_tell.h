/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli_tell.h - how verbs that change something say what they have changed.
 */
#ifndef CLI_CLI_TELL_H
#define CLI_CLI_TELL_H

#include "cli/cli.h"

/* Prints a line to standard output, unless -q was given. If it cannot be written, that is a
 * warning. */
void cli_tell(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
