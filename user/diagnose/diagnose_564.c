// SPDX-License-Identifier: BSD-2-Clause
/*
 * diagnose_564.c - 564: connections over TLS end abnormally, by whose network?
 */
#include <errno.h>

#include "diagnose/diagnose_verdict.h"

#define WAYS_SHOWN 3
#define ENDED "ended abnormally"

static void of_failing(struct finding *finding, const struct diagnose_origin *origin,
		       const struct egress_rule *rule)
{
	finding->grade = 2 * origin->window.abnormal >= origin->window.ended ? FINDING_MANY :
									       FINDING_SOME;
	finding->cause = "origin_egress";
	FINDING_SAY(finding->seen, " That origin's egress: %u of %u origins are touched.",
		    rule->touched, rule->asked);
	FINDING_SAY(finding->published, "Certain origins only: those origins' egress.");
	FINDING_SAY(finding->remedy, "Have the origin's operator look at its egress network, and "
		    "at what ends connections there: timeouts, restarts, a balancer, a firewall.");
	FINDING_SAY(finding->command, "`ecdn-xdp origin failures %s` lists them",
		    json_string_value(json_object_get(finding->details, "origin")) ?: "ORIGIN");
	diagnose_origins_say_unsure(finding, origin);
}

static void of_abrupt(struct finding *finding)
{
	finding->cause = "no_close_notify";
	FINDING_SAY(finding->seen, " This origin ends nearly all connections so.");
	FINDING_SAY(finding->unknown, "Whether any answer was cut: some servers never say "
		    "close_notify, and by its packets such an end looks the same. What a proxy "
		    "counts as truncated tells: `ecdn_xdp_origins on;` of nginx, or "
		    "`ecdn-xdp origin count -`.");
}

/* What is told of an origin depends on what all do. */
static void conclude(struct finding *finding, const struct diagnose_origin *origin,
		     const struct egress_rule *rule)
{
	if (!origin->window.abnormal) {
		finding->cause = "nothing";
	} else if (!diagnose_origins_failed(origin, DIAGNOSE_ORIGINS_ABNORMAL)) {
		of_abrupt(finding);
	} else if (origin->judged.touched && diagnose_verdict_has(origin, rule)) {
		finding->cause = diagnose_verdict_name(rule->verdict);
		finding->grade = FINDING_SOME;
		FINDING_SAY(finding->seen, " It is one of %u of %u origins that are touched%s.",
			    rule->touched, rule->asked, rule->verdict == EGRESS_RULE_NODE ?
			    ": this node's egress network" : "");
		diagnose_verdict_say(finding, rule);
	} else if (origin->judged.fails) {
		of_failing(finding, origin, rule);
	} else {
		finding->cause = "too_few";
		FINDING_SAY(finding->unknown, "Whether that is more than usual (%.2g %%): a cause "
			    "is told from 5 connections on, of which 3 and a tenth fail.",
			    100 * rule->usual);
	}
}

static int add(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
	       const struct diagnose_origins *origins, const struct diagnose_origin *origin,
	       const struct egress_rule *rule, struct findings *findings)
{
	struct finding *finding = diagnose_origins_add(findings, "564", origin,
						       origin->window.abnormal);
	struct diagnose_way ways[WAYS_SHOWN];
	unsigned int count = diagnose_origins_ways(facts, origins, origin->at, 564, ways,
						   WAYS_SHOWN);

	if (!finding)
		return -ENOMEM;
	diagnose_origins_say_share(finding, origin->window.abnormal, origin->window.ended, ENDED,
				   asked->since_ns);
	diagnose_origins_say_ways(finding, ways, count);
	FINDING_SAY(finding->seen, ".");
	if (count)
		finding_word(finding, "failure", view_origins_cause(ways[0].last->cause));
	conclude(finding, origin, rule);
	return 0;
}

/* Unasked, an origin is told by itself if it fails and no verdict on all has told it. */
static bool is_told(const struct diagnose_asked *asked, const struct diagnose_origin *origin,
		    const struct egress_rule *rule)
{
	if (!origin->asked)
		return false;
	if (asked->object)
		return true;
	if (asked->row && !origin->judged.touched)
		return origin->window.abnormal;
	return origin->judged.fails && !diagnose_verdict_has(origin, rule);
}

int diagnose_564_find(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		      struct findings *findings)
{
	struct diagnose_origins origins;
	struct egress_rule rule = {};
	int err = diagnose_origins_read(&origins, facts, asked);

	err = err ?: diagnose_origins_judge(&origins, facts, DIAGNOSE_ORIGINS_ABNORMAL, &rule);
	if (!err && !asked->object && diagnose_verdict_is(&rule))
		err = diagnose_verdict_add(findings, &rule, facts, asked, &origins, 564,
						   "connections over TLS " ENDED);
	for (unsigned int i = 0; i < origins.count && !err; i++)
		if (is_told(asked, &origins.at[i], &rule))
			err = add(facts, asked, &origins, &origins.at[i], &rule, findings);
	diagnose_origins_free(&origins);
	return err;
}
