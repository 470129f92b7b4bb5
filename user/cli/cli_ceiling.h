/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli_ceiling.h - the options that give prefixes ceilings of their own.
 */
#ifndef CLI_CLI_CEILING_H
#define CLI_CLI_CEILING_H

#include "cli/cli.h"
#include "trust/trust_request.h"

/* The words of the options; NULL: not given. */
struct cli_ceiling {
	const char *pps, *cps;
};

#define CLI_CEILING_ROWS(ceiling) \
	{ "pps", 0, OPTION_TEXT, &(ceiling).pps, "N", \
	  "add: packets/s of each that pass whatever the limits; 0: all; default: as `load` " \
	  "set", 0 }, \
	{ "cps", 0, OPTION_TEXT, &(ceiling).cps, "N", \
	  "add: the same of new connections/s", 0 }

/* CLI_USAGE, logged, if a word is no number. */
int cli_ceiling_check(const struct cli_ceiling *ceiling);

/* Writes what the options say of a prefix's ceiling, "7 pps, the default of cps"; "" without
 * options. Returns text, which holds the words as they were given. */
#define CLI_CEILING_TEXT_SIZE 96
char *cli_ceiling_format(const struct cli_ceiling *ceiling, char text[CLI_CEILING_TEXT_SIZE]);

/* Has a request give such ceilings to prefixes; does nothing without options. 0 or -ENOMEM,
 * logged. */
int cli_ceiling_request(const struct cli_ceiling *ceiling, const struct cli_cidrs *cidrs,
			struct trust_request *request);

#endif
