/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_words.h - what the options of the verb `origin` were given, for the files of its words.
 */
#ifndef CLI_ORIGIN_WORDS_H
#define CLI_ORIGIN_WORDS_H

#include "cli/cli.h"

/* Bits of cli->given: each word of the verb takes some of its options. */
enum origin_given {
	ORIGIN_GIVEN_SNI = 1 << 0,
};

struct origin_words {
	const char *sni;
};

#endif
