/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnose_probe.h - `diagnose 538 ORIGIN --probe`.
 */
#ifndef CLI_DIAGNOSE_PROBE_H
#define CLI_DIAGNOSE_PROBE_H

#include "cli/cli.h"

struct diagnose_probe_words {
	const char *offer;      /* --offer; NULL: OpenSSL's default */
	const char *sni;        /* --sni; NULL: the origin's name, and for an address none */
	bool exit_code;         /* --exit-code */
};

/* Asks an origin that has a name, at each of its addresses, or an address that was typed, and
 * prints what it takes and the findings. 0, CLI_USAGE, CLI_NO or a negative errno, logged. */
int diagnose_probe(const struct cli *cli, const char *origin,
		   const struct diagnose_probe_words *words);

#endif
