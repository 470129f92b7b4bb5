/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answers_findings.h - what a proxy's log tells of a status that users see, in words: which origin
 * has sent it, when and for which paths, or that none has.
 */
#ifndef DIAGNOSE_ANSWERS_FINDINGS_H
#define DIAGNOSE_ANSWERS_FINDINGS_H

#include "answers/answers_counts.h"
#include "diagnose/finding.h"

struct answers_findings_asked {
	const char *row;        /* 522, 404 or other; a literal */
	const char *log;        /* what it is called */
	bool origin;            /* one was asked about: it has at least a note */
	/* What an origin is called beside its address; NULL or "": it has no name. */
	const char *(*name)(void *context, const struct ecdn_xdp_origin_key *key);
	void *context;
};

/* Appends a finding for each origin that has sent the status, for each whose requests got it
 * otherwise, and for requests that went to none. 0 or -ENOMEM, logged. */
int answers_findings_add(struct findings *findings, const struct answers_counts *counts,
			 const struct answers_findings_asked *asked);

/* What was looked at: "FILE: 1020 requests from ... to ..., 51 of which got the status 404". */
void answers_findings_looked(const struct answers_counts *counts, const char *log, char *text,
			     size_t size);

#endif
