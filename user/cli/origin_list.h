/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_list.h - what `ecdn-xdp origin` prints: the origins with what was counted of each, and the
 * last failures. cli/origin.c reads the words.
 */
#ifndef CLI_ORIGIN_LIST_H
#define CLI_ORIGIN_LIST_H

#include <stdbool.h>

#include "cli/cli.h"
#include "cli/watch.h"

/* The options of both, as they are given. */
struct origin_list_words {
	bool failing;           /* list: those alone that have just failed */
	unsigned int top;       /* list: so many; 0: all */
	unsigned int last;      /* failures: so many; ORIGIN_LIST_LAST unless they are given */
	struct watch watch;     /* list */
};

#define ORIGIN_LIST_LAST 20

/* Rows of the verb's options; `bit` is set in cli.given if --last is given. */
#define ORIGIN_LIST_ROWS(words, bit) \
	{ "failing", 0, OPTION_FLAG, &(words).failing, NULL, \
	  "list: origins alone that failed in the last 2 minutes, most failures first", 0 }, \
	{ "top", 'n', OPTION_COUNT, &(words).top, "N", \
	  "list: the first N of them; 0: all (0)", 0 }, \
	{ "last", 0, OPTION_COUNT, &(words).last, "N", \
	  "failures: the last N; 0: all that are kept (20)", bit }, \
	{ "watch", 0, OPTION_OPTIONAL_TEXT, &(words).watch.given, "DURATION", \
	  "list: print it again and again (1s); ^C ends it", 0 }, \
	{ "count", 0, OPTION_COUNT, &(words).watch.count, "N", "with --watch: N times", 0 }

/* `origin` and `origin list`: 0; CLI_USAGE, or a negative errno, both logged. */
int origin_list(const struct cli *cli, struct origin_list_words *words);

/* `origin failures`, of one origin if there is a word for it, as view_origins_find() takes it, else
 * of all. 0; CLI_USAGE, or a negative errno, both logged. */
int origin_list_failures(const struct cli *cli, const char *origin,
			 const struct origin_list_words *words);

#endif
