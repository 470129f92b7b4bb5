/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnose_verdict.h - a verdict on many origins as a finding: this node's egress, one network's,
 * or that nobody can tell.
 */
#ifndef DIAGNOSE_DIAGNOSE_VERDICT_H
#define DIAGNOSE_DIAGNOSE_VERDICT_H

#include "diagnose/diagnose_origins.h"

/* Whether there is one; and whether an origin is among those that made it. */
bool diagnose_verdict_is(const struct egress_rule *rule);
bool diagnose_verdict_has(const struct diagnose_origin *origin, const struct egress_rule *rule);

/* Its word: "node_egress", "network", "unclear". */
const char *diagnose_verdict_name(enum egress_rule_verdict verdict);

/* Says of a finding that follows from a verdict which published cause and remedy that has, how this
 * is carried out, and what is unknown. */
void diagnose_verdict_say(struct finding *finding, const struct egress_rule *rule);

/* Adds the finding. what: "connections ended abnormally"; code: 538 or 564. 0 or -ENOMEM,
 * logged. */
int diagnose_verdict_add(struct findings *findings, const struct egress_rule *rule,
			 const struct diagnose_facts *facts, const struct diagnose_asked *asked,
			 const struct diagnose_origins *origins, unsigned int code,
			 const char *what);

#endif
