/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli_change.h - what commands share that load a region table: how they are told what to load, and
 * what they tell of it.
 */
#ifndef CLI_CLI_CHANGE_H
#define CLI_CLI_CHANGE_H

#include "cli/cli.h"
#include "control/request.h"

/* The words of these options; --keep-largest has this bit in cli->given. */
struct cli_change {
	const char *keep, *rest;
	unsigned int keep_largest;
	bool shrink;
};

#define CLI_CHANGE_KEEP_LARGEST (1U << 30)

/* The rows of the verb's options; `change` is a struct cli_change. */
#define CLI_CHANGE_ROWS(change) \
	{ "shrink", 0, OPTION_FLAG, &(change).shrink, NULL, \
	  "load a table that covers much less than the one in use, too", 0 }, \
	{ "keep-largest", 0, OPTION_COUNT, &(change).keep_largest, "N", \
	  "the N regions that cover most keep their names", CLI_CHANGE_KEEP_LARGEST }, \
	{ "keep", 0, OPTION_TEXT, &(change).keep, "NAME,...", \
	  "these regions keep theirs", 0 }, \
	{ "rest", 0, OPTION_TEXT, &(change).rest, "NAME", \
	  "the name that all other regions get (" REGION_SOURCES_REST ")", 0 }

/* Takes the words that were given over into a request. 0, or CLI_USAGE, logged. */
int cli_change_take(const struct cli_change *words, const struct cli *cli,
		    struct guard_request *request);

/* Prints what has become of the region table, or would become of it, unless it stays or the command
 * is quiet. */
void cli_change_print(const struct cli *cli, const struct region_change *change, bool would);

#endif
