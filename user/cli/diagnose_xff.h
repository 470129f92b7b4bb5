/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnose_xff.h - `diagnose xff`: why X-Forwarded-For is not the user's address.
 */
#ifndef CLI_DIAGNOSE_XFF_H
#define CLI_DIAGNOSE_XFF_H

#include "cli/cli.h"

/* The options, as they are given. */
struct diagnose_xff {
	const char *nodes;      /* a file of nodes; NULL: none */
	bool at_node;           /* the log is a node's */
	bool lookup;            /* regions and nodes are those of the guard that is loaded here */
	bool exit_code;
};

/* Words: FILE [ADDRESS]. 0, a negative errno, logged, CLI_USAGE or CLI_NO. */
int diagnose_xff(const struct cli *cli, const struct verb *verb, const struct diagnose_xff *asked,
		 int count, char **words);

#endif
