/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_words.h - what the options of the verb `origin` were given, for the files of its words.
 */
#ifndef CLI_ORIGIN_WORDS_H
#define CLI_ORIGIN_WORDS_H

#include <stdbool.h>

#include "cli/cli.h"
#include "cli/watch.h"

/* Bits of cli->given: each word of the verb takes some of its options. */
enum origin_given {
	ORIGIN_GIVEN_SNI = 1 << 0,
	ORIGIN_GIVEN_FAILING = 1 << 1,
	ORIGIN_GIVEN_TOP = 1 << 2,
	ORIGIN_GIVEN_WATCH = 1 << 3,
	ORIGIN_GIVEN_COUNT = 1 << 4,
	ORIGIN_GIVEN_LAST = 1 << 5,
};

#define ORIGIN_GIVEN_LIST (ORIGIN_GIVEN_FAILING | ORIGIN_GIVEN_TOP | ORIGIN_GIVEN_WATCH | \
			   ORIGIN_GIVEN_COUNT)

struct origin_words {
	const char *sni;
	bool failing;           /* list: those alone that have just failed */
	unsigned int top;       /* list: so many; 0: all */
	unsigned int last;      /* failures: so many; 0: all */
	struct watch watch;     /* list */
};

#endif
