/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnose_origins.h - what the rows 538, 564, 522 and 404 share: the origins that are asked about,
 * what of their connections ended within the time that is asked for, and whose network it is.
 */
#ifndef DIAGNOSE_DIAGNOSE_ORIGINS_H
#define DIAGNOSE_DIAGNOSE_ORIGINS_H

#include "diagnose/diagnose_rows.h"
#include "diagnose/egress_rule.h"
#include "diagnose/failure_class.h"

struct diagnose_origin {
	const struct view_origin *at;
	struct view_origin_window window;
	struct egress_rule_origin judged; /* by diagnose_origins_judge() */
	bool asked;             /* by the operator; all are, if there is no object */
	bool abrupt;            /* it never says close_notify (origin_habit.h) ... */
	uint64_t habit;         /* ... and so many of window.abnormal are that, and no failures */
};

/* All origins that have a row, but for row 0, which is many. */
struct diagnose_origins {
	struct diagnose_origin *at; /* owned */
	unsigned int count, asked;
	uint64_t before_ns;     /* what the windows have ended after that */
};

/* 0; WORDS_WRONG for an object that is no origin's, or -ENOMEM: logged. To be freed by
 * diagnose_origins_free(), after an error too. */
int diagnose_origins_read(struct diagnose_origins *origins, const struct diagnose_facts *facts,
			  const struct diagnose_asked *asked);
void diagnose_origins_free(struct diagnose_origins *origins);

/* Which failures are meant: those of 538 by the network, all of 538, those of 564, of 522. */
enum diagnose_origins_kind {
	DIAGNOSE_ORIGINS_NETWORK,
	DIAGNOSE_ORIGINS_HANDSHAKE,
	DIAGNOSE_ORIGINS_ABNORMAL,
	DIAGNOSE_ORIGINS_RESPONSE,
};

uint64_t diagnose_origins_failed(const struct diagnose_origin *origin,
				 enum diagnose_origins_kind kind);

/* Judges all origins, asked or not. 0 or -ENOMEM, logged. */
int diagnose_origins_judge(struct diagnose_origins *origins, const struct diagnose_facts *facts,
			   enum diagnose_origins_kind kind, struct egress_rule *rule);

/* A new finding about an origin, with its object and its numbers; NULL: no memory, logged. */
struct finding *diagnose_origins_add(struct findings *findings, const char *row,
				     const struct diagnose_origin *origin, uint64_t failed);

/* "130 of 131 connections (99 %) failed in the last 1m" of so many. */
void diagnose_origins_say_share(struct finding *finding, uint64_t failed, uint64_t ended,
				const char *verb, uint64_t since_ns);

/* A way to fail, with how often it was of the last failures that are kept. */
struct diagnose_way {
	const struct ecdn_xdp_origin_failure *last; /* NULL: none is kept */
	unsigned int count;
};

/* The most frequent ways of the failures of one origin (NULL: of all) within the time that have the
 * code (538, 564, 522), most frequent first, at most `most`. How many there are. */
unsigned int diagnose_origins_ways(const struct diagnose_facts *facts,
				   const struct diagnose_origins *origins,
				   const struct view_origin *of, unsigned int code,
				   struct diagnose_way *ways, unsigned int most);

/* Connections to an origin within the time that this host's own firewall has rejected, of those
 * that are kept: they are no failures of it. */
uint64_t diagnose_origins_rejected(const struct diagnose_facts *facts,
				   const struct diagnose_origins *origins,
				   const struct view_origin *of);

/* "; 120 times the origin reset it amid an answer, 3 times ..." */
void diagnose_origins_say_ways(struct finding *finding, const struct diagnose_way *ways,
			       unsigned int count);

/* Says that any user of this host can have made connections to an origin fail, if he can. */
#define DIAGNOSE_ORIGINS_SURE_BY "`ecdn-xdp origin add NAME ADDR` names one, `load --origin " \
				 "--origin-cgroup PATH` watches the proxy alone."
void diagnose_origins_say_unsure(struct finding *finding, const struct diagnose_origin *origin);

#endif
