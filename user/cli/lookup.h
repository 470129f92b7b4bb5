/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CLI_LOOKUP_H
#define CLI_LOOKUP_H

#include "cli/cli.h"

/*
 * Prints the region of each address, "-" standing for those on standard input, a
 * line each. A word that is no address is said and skipped; the result is
 * -EINVAL then.
 */
int lookup(const struct cli *cli, char **words, int count, bool details);

#endif
