/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_list.h - `origin` and `origin list`: the origins with what was counted of each.
 */
#ifndef CLI_ORIGIN_LIST_H
#define CLI_ORIGIN_LIST_H

#include "cli/origin_words.h"

/* 0; CLI_USAGE, or a negative errno, both logged. */
int origin_list(const struct verb *verb, const struct cli *cli, int count, char **words,
		const struct origin_words *given);

#endif
