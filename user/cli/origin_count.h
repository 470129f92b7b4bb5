/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_count.h - `origin count -`: what a proxy says in a log pipe of its origins is counted.
 */
#ifndef CLI_ORIGIN_COUNT_H
#define CLI_ORIGIN_COUNT_H

#include "cli/origin_words.h"

/* What follows the word. Ends with the input. 0, a negative errno, or CLI_USAGE; logged. Where no
 * line at all can be read, that is -EINVAL. */
int origin_count(const struct verb *verb, const struct cli *cli, int count, char **words,
		 const struct origin_words *given);

#endif
