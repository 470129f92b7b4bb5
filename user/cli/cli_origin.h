/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli_origin.h - the options of `load` that set up the origin observer.
 */
#ifndef CLI_CLI_ORIGIN_H
#define CLI_CLI_ORIGIN_H

#include "cli/cli.h"
#include "origin/origin_request.h"

/* As they are given. */
struct cli_origin {
	const char *depth;      /* "" if it is not said; NULL: no --origin */
	const char *cgroup, *ports;
	bool off, all_namespaces, own_namespace;
};

/* Rows of the options. */
#define CLI_ORIGIN_ROWS(words) \
	{ "origin", 0, OPTION_OPTIONAL_TEXT, &(words).depth, "DEPTH", \
	  "observe connections to origins: their sockets, or TLS and HTTP in them, too " \
	  "(content)", 0 }, \
	{ "no-origin", 0, OPTION_FLAG, &(words).off, NULL, \
	  "observe them no more, and forget what was counted", 0 }, \
	{ "origin-cgroup", 0, OPTION_TEXT, &(words).cgroup, "PATH", \
	  "the cgroup whose connections are observed (the root of cgroup v2)", 0 }, \
	{ "origin-ports", 0, OPTION_TEXT, &(words).ports, "PORTS", \
	  "ports of origins: PORT[/http|/tls],... (443,80)", 0 }, \
	{ "origin-all-namespaces", 0, OPTION_FLAG, &(words).all_namespaces, NULL, \
	  "observe connections of all network namespaces, as of containers", 0 }, \
	{ "no-origin-all-namespaces", 0, OPTION_FLAG, &(words).own_namespace, NULL, \
	  "those of this network namespace alone, as by default", 0 }

/* Takes them into a request, which has what a configuration file says if there is one. 0, or
 * CLI_USAGE, logged. */
int cli_origin_take(const struct cli_origin *words, bool has_config,
		    struct origin_request *request);

/* Refuses an interface that is meant for --origin, whose value follows a '='. */
int cli_origin_check_words(const struct cli_origin *words, char **ifaces, int count);

/* Says what was asked for and is done; nothing if nothing was. */
void cli_origin_tell(const struct cli *cli, const struct origin_request *request);

#endif
