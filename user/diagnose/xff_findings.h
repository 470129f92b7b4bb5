/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_findings.h - what the records of a log show, in words: X-Forwarded-For is not the user's
 * address, and why.
 */
#ifndef DIAGNOSE_XFF_FINDINGS_H
#define DIAGNOSE_XFF_FINDINGS_H

#include "diagnose/finding.h"
#include "xff/xff_search.h"
#include "xff/xff_verdict.h"

/* What a peer is called beside its address. */
struct xff_calls {
	const char *(*name)(void *context, const struct address *peer); /* NULL: it has no name */
	void *context;
};

/* Appends a finding for each conclusion, the worst first. 0 or -ENOMEM, logged. */
int xff_findings_add(struct findings *findings, const struct xff_counts *counts,
		     const struct xff_verdict *verdict, const struct xff_calls *calls);

/* What the log cannot tell at all, whatever is found: words, cut at `size`; empty: nothing. */
void xff_findings_unknown(const struct xff_counts *counts, const struct xff_verdict *verdict,
			  char *text, size_t size);

#endif
