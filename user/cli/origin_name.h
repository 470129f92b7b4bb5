/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_name.h - `origin add` and `origin del`: names of origins.
 */
#ifndef CLI_ORIGIN_NAME_H
#define CLI_ORIGIN_NAME_H

#include "cli/origin_words.h"

/* What follows the word. 0, a negative errno, or CLI_USAGE; logged. */
int origin_name_add(const struct verb *verb, const struct cli *cli, int count, char **words,
		    const struct origin_words *given);
int origin_name_del(const struct verb *verb, const struct cli *cli, int count, char **words,
		    const struct origin_words *given);

#endif
