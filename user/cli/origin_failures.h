/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_failures.h - `origin failures [ORIGIN]`: the last failures, of one origin or of all.
 */
#ifndef CLI_ORIGIN_FAILURES_H
#define CLI_ORIGIN_FAILURES_H

#include "cli/origin_words.h"

#define ORIGIN_FAILURES_LAST 20

/* 0; CLI_USAGE, or a negative errno, both logged. */
int origin_failures(const struct verb *verb, const struct cli *cli, int count, char **words,
		    const struct origin_words *given);

#endif
