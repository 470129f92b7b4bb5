// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "base/log.h"
#include "kernel/libbpf_log.h"

const struct verb verbs[] = {
	{ "load", cli_load,
	  "[-m MODE] [--regions FILE]... [--protect PORTS] [--monitor|--enforce] [--guard] "
	  "[--ping[=answer|pass]] [--nodes FILE] [--config FILE] IFACE...",
	  "Attach the guard, or ping, to interfaces, or upgrade it in place" },
	{ "unload", cli_unload, "IFACE... | --all",
	  "Detach it; --all removes its maps and counters too" },
	{ "status", cli_status, "", "Where it is attached, and how it is set up" },
	{ "stats", cli_stats, "[REGION...]", "What each region sent, and what became of it" },
	{ "prefix", cli_prefix, "[REGION] [--top N]", "The heaviest source prefixes" },
	{ "region", cli_region, "[load FILE... | lookup ADDR...|-]",
	  "The region table: list it, replace it, ask it" },
	{ "limit", cli_limit,
	  "[set REGION|default [--pps N] [--bps N] [--cps N] ... | clear REGION|default]",
	  "Rates that declare a surge, and what passes during one" },
	{ "exempt", cli_exempt, "REGION [--for DURATION]", "Never limit a region" },
	{ "block", cli_block, "REGION", "Drop a region's packets to the protected ports" },
	{ "release", cli_release, "REGION", "End a region's surge, exemption or block" },
	{ "allow", cli_allow, "[add CIDR... | del CIDR...]",
	  "Source prefixes that are never limited" },
	{ "node", cli_node, "[list [--format FORMAT] | add CIDR... [--name NAME] | del CIDR... | load FILE | check | rule]",
	  "The platform's intermediate nodes: never limited either, and what they pinged" },
	{ "steer", cli_steer, "[add PORT ADDR:PORT [--udp] | del PORT [--udp] | refresh]",
	  "New connections of limited regions go to a listener that says 513" },
	{ NULL, NULL, NULL, NULL },
};

static void print_usage(FILE *to)
{
	fprintf(to, "Usage: ecdn-xdp VERB [OPTIONS] ...\n\n");
	for (const struct verb *verb = verbs; verb->name; verb++)
		fprintf(to, "  %-9s %s\n", verb->name, verb->summary);
	fprintf(to, "\n`ecdn-xdp VERB --help` tells more; `ecdn-xdp --version` its version.\n");
}

static int exit_code(int result)
{
	if (result == CLI_USAGE)
		return 2;
	if (result == CLI_NO)
		return 3;
	return result < 0 && result != CLI_HELP;
}

/* What could not be written has not been done. */
static int written(int result)
{
	if (!fflush(stdout) && !ferror(stdout))
		return result;
	return log_error(-EIO, "cannot write to standard output");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	/* A line is one write, so that those of two commands do not mix. */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	libbpf_log_adopt();
	if (!strcmp(name, "--version")) {
		puts("ecdn-xdp " ECDN_XDP_VERSION);
		return exit_code(written(0));
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		print_usage(stdout);
		return exit_code(written(0));
	}
	for (const struct verb *verb = verbs; verb->name; verb++)
		if (!strcmp(name, verb->name))
			return exit_code(written(verb->run(verb, argc - 2, argv + 2)));
	if (argc > 1)
		log_error(0, "unknown verb %s", name);
	print_usage(stderr);
	return 2;
}
