/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * egress_rule.h - whose network is it? From how many connections failed at each origin of one node
 * within a minute or two: this node's egress, the egress of certain origins, or one network's.
 * Pure; nothing is logged.
 *
 * An origin is asked about if it had 5 connections. It *fails* if 3 of them did, a tenth of them,
 * and as many would fail with a chance below 1 in 10,000 at the usual rate, or below 1 in 100 times
 * the origins that are asked about where these are more than a hundred. It is *touched* if one did,
 * and a share of 5 % and of three times the usual rate, and that is no everyday luck. If 2 fail, 4
 * were asked, and half of those are touched, then it is this node's egress; else those that fail
 * have it of their own. The rule and its numbers are those of simulations, which
 * tests/unit/test_egress_rule.c repeats. From fewer connections no verdict is made.
 *
 * Whose rows: anybody on this host who may open a connection can make one fail, to an origin that
 * the operator has named as well as to any other. The caller says of each row whether it is *sure*:
 * a named one, or any where the observer sees one cgroup alone, which the operator has chosen. If 4
 * of the sure ones are asked, they alone make the verdict; else all do, and it is not sure, which
 * is to be told with it. No other row can make a verdict that is sure, nor prevent one. That a user
 * connects to an origin that is named, only a cgroup of the proxy's own excludes.
 */
#ifndef DIAGNOSE_EGRESS_RULE_H
#define DIAGNOSE_EGRESS_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct egress_rule_origin {
	uint64_t connections;   /* that ended */
	uint64_t failures;      /* of these */
	uint32_t network;       /* that its address is in; 0: not known */
	bool sure;
	/* By egress_rule_judge(): */
	bool asked, fails, touched;
};

enum egress_rule_verdict {
	EGRESS_RULE_NOTHING,    /* no origin fails */
	EGRESS_RULE_NODE,       /* this node's egress */
	EGRESS_RULE_ORIGINS,    /* that of each origin which fails */
	EGRESS_RULE_NETWORK,    /* several fail, all in one network, half of which is touched,
				   and none of several in others */
	EGRESS_RULE_UNCLEAR,    /* as NODE, but of few origins, some of which are quite untouched:
				   it may as well be that of each */
};

struct egress_rule {
	double usual;           /* set by the caller: see egress_rule_usual() */
	enum egress_rule_verdict verdict;
	bool sure;
	uint32_t network;       /* of NETWORK */
	/* What the verdict is made from. */
	uint64_t connections, failures;
	unsigned int origins;   /* that had a connection */
	unsigned int asked, touched, fails;
	unsigned int named;     /* of those asked, the sure ones */
};

/*
 * The usual rate, out of what was counted before: 0.2 % at least, and where too little was counted;
 * at most 5 %, so that trouble which has lasted for most of that time does not become usual.
 */
double egress_rule_usual(uint64_t failures, uint64_t connections);

/* Judges the origins, each and all. */
void egress_rule_judge(struct egress_rule *rule, struct egress_rule_origin *at,
		       unsigned int count);

/* The chance that of n connections k or more fail, if each does with chance p: the upper tail of
 * the binomial distribution. */
double egress_rule_chance(uint64_t n, uint64_t k, double p);

/* "nothing", "node", "origins", "network", "unclear". */
const char *egress_rule_name(enum egress_rule_verdict verdict);

#endif
