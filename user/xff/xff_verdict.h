/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_verdict.h - which of the platform's four causes the counts of a log show, and where.
 *
 * Rule. What is compared is users, not records. (1) A peer through which at least half of the users
 * are shown with a node's address: the balancer rewrites the header, unless single nodes do it
 * among others that do not. (2) Then sets of users are looked for that are shown with other
 * addresses than the rest: the plain HTTP of a region, of a provider, or of a provider in a region
 * (hijacked access), or both schemes of a peer, a region, a provider, or a provider in a region (a
 * node at fault). The one with the greatest likelihood ratio is concluded, left out, and the next
 * one is looked for. A set is concluded only if its share exceeds that of the rest by
 * XFF_SEARCH_EFFECT, and if luck has a chance of at most 10^XFF_SEARCH_CHANCE, by the exact
 * binomial tail times the number of sets that were looked at (Bonferroni). (3) Users whose address
 * is in a later hop have proxies of their own.
 */
#ifndef XFF_XFF_VERDICT_H
#define XFF_XFF_VERDICT_H

#include "xff/xff_conclusion.h"

#define XFF_VERDICTS_MAX 16

struct xff_verdict {
	struct xff_conclusion at[XFF_VERDICTS_MAX];
	unsigned int count;
	bool more;              /* there was no room for all */
	unsigned int looked_at; /* sets of users, for which chances are corrected */
	double compared;        /* users in the sample who had a direct visit */
	double users;           /* in the whole log, estimated */
	uint64_t records[XFF_SCHEMES][XFF_CLASSES];
	uint32_t region_count, peer_count; /* with users who can be compared; with records */
};

/* 0 or -ENOMEM, silent. */
int xff_verdict_find(struct xff_verdict *verdict, const struct xff_counts *counts);

#endif
