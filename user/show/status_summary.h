/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_summary.h - how this host stands, in a line: what is guarded, which regions are in a
 * surge, and what is not as configured.
 */
#ifndef SHOW_STATUS_SUMMARY_H
#define SHOW_STATUS_SUMMARY_H

#include <jansson.h>

#include "check/checks.h"

struct status_summary {
	const struct checks_facts *facts;
	const struct checks_report *report;
};

/* Prints the line. */
void status_summary_print(const struct status_summary *summary);

/* Sets "summary", "limited", "shielded" and "faults". 0 or -ENOMEM, silent. */
int status_summary_set(const struct status_summary *summary, json_t *root);

#endif
