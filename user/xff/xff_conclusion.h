/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_conclusion.h - a cause, where it is seen, and what it rests on. Nothing is logged.
 */
#ifndef XFF_XFF_CONCLUSION_H
#define XFF_XFF_CONCLUSION_H

#include "xff/xff_sums.h"

enum xff_cause {
	XFF_OWN_PROXY,
	XFF_REWRITTEN,          /* by a balancer: the address is a node's */
	XFF_HIJACKED,
	XFF_NODE_FAULT,
	XFF_HIJACKED_OR_NODE,   /* too little TLS to tell */
	XFF_EVERYWHERE,         /* everybody, and the addresses are none that is known */
	XFF_CAUSES,
};

/* What a conclusion rests on: users of the sample, records of the log. */
struct xff_evidence {
	struct xff_share users;
	uint64_t records, strange;
};

#define XFF_CONCLUSION_PEERS 8

struct xff_conclusion {
	enum xff_cause cause;
	struct xff_scope scope;
	bool plain_alone;       /* of an XFF_EVERYWHERE: TLS is right */
	bool node_address;      /* of an XFF_NODE_FAULT: it shows a node's address */
	bool behind;            /* of an XFF_NODE_FAULT: another address is before the user's */
	struct xff_evidence part[XFF_SCHEMES], rest;
	double users;           /* strange ones, estimated for the whole log */
	double chance;          /* logarithm to base 10, with all sets that were looked at */
	struct xff_heavy shown; /* prefixes of the addresses that were shown instead */
	/* Peers that they came by, those with most strange records first. */
	uint16_t peer[XFF_CONCLUSION_PEERS];
	uint32_t peers;         /* in all */
	uint32_t regions;       /* that have strange records in it */
};

/* Fills in what a conclusion rests on, by its cause and scope: all that follows `behind`, but for
 * the chance. Cells whose bit is set in `left_out` belong to conclusions before it; NULL: none. */
void xff_conclusion_fill(struct xff_conclusion *conclusion, const struct xff_sums *sums,
			 const bool *left_out);

#endif
