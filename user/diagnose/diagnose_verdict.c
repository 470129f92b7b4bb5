// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/diagnose_verdict.h"

#include <errno.h>

#include "base/quantity.h"
#include "diagnose/saying.h"

static void say_unsure(struct finding *finding, const struct egress_rule *rule)
{
	if (!rule->sure)
		FINDING_SAY(finding->unknown, "%s%u of %u origins are named, and any user of this "
			    "host can have made connections to the others fail: "
			    DIAGNOSE_ORIGINS_SURE_BY,
			    *finding->unknown ? " " : "", rule->named, rule->asked);
}

static const char *region_name(const struct diagnose_facts *facts, uint32_t id)
{
	const struct view_region *region = view_regions_at(&facts->regions, id);

	return region ? region->name : "?";
}

bool diagnose_verdict_is(const struct egress_rule *rule)
{
	return rule->verdict != EGRESS_RULE_NOTHING && rule->verdict != EGRESS_RULE_ORIGINS;
}

bool diagnose_verdict_has(const struct diagnose_origin *origin, const struct egress_rule *rule)
{
	return diagnose_verdict_is(rule) && (origin->judged.sure || !rule->sure);
}

const char *diagnose_verdict_name(enum egress_rule_verdict verdict)
{
	return verdict == EGRESS_RULE_NODE ? "node_egress" :
	       verdict == EGRESS_RULE_NETWORK ? "network" : "unclear";
}

static void say_verdict(struct finding *finding, const struct egress_rule *rule,
			const struct diagnose_facts *facts)
{
	finding->grade = !rule->sure ? FINDING_SOME : FINDING_MANY;
	switch (rule->verdict) {
	case EGRESS_RULE_NODE:
		finding->grade = rule->sure ? FINDING_ALL : FINDING_SOME;
		FINDING_SAY(finding->seen, ": this node's egress network");
		break;
	case EGRESS_RULE_NETWORK:
		FINDING_SAY(finding->object, "network %s", region_name(facts, rule->network));
		FINDING_SAY(finding->seen, ": all that fail are in %s",
			    region_name(facts, rule->network));
		break;
	default:
		finding->grade = FINDING_SOME;
		FINDING_SAY(finding->seen, ", and others are quite untouched");
	}
}

void diagnose_verdict_say(struct finding *finding, const struct egress_rule *rule)
{
	switch (rule->verdict) {
	case EGRESS_RULE_NODE:
		FINDING_SAY(finding->published, "Many on the platform: the nodes' egress network.");
		FINDING_SAY(finding->remedy, "Have this node's egress looked at: its uplink and "
			    "provider, NAT and firewalls on the way out.");
		break;
	case EGRESS_RULE_NETWORK:
		FINDING_SAY(finding->published, "Certain origins only: those origins' egress.");
		FINDING_SAY(finding->remedy, "Have that network, or the way to it, looked at.");
		FINDING_SAY(finding->unknown, "Whether that is a network: it is one if the region "
			    "table was made from a database of networks (ASN).");
		break;
	default:
		FINDING_SAY(finding->published, "Many on the platform: the nodes' egress network. "
			    "Certain origins only: those origins' egress.");
		FINDING_SAY(finding->remedy, "Compare with another node: if that one loses the "
			    "same origins, it is theirs.");
		FINDING_SAY(finding->unknown, "Which of both: so few origins cannot tell.");
	}
	FINDING_SAY(finding->command, "`ecdn-xdp origin --failing`, `ecdn-xdp origin failures`");
	say_unsure(finding, rule);
}

int diagnose_verdict_add(struct findings *findings, const struct egress_rule *rule,
			 const struct diagnose_facts *facts, const struct diagnose_asked *asked,
			 const struct diagnose_origins *origins, unsigned int code,
			 const char *what)
{
	struct finding *finding = findings_add(findings);
	char since[QUANTITY_DURATION_SIZE];
	struct diagnose_way ways[2];
	unsigned int count;

	if (!finding)
		return -ENOMEM;
	finding->row = code == 538 ? "538" : "564";
	finding->cause = diagnose_verdict_name(rule->verdict);
	finding->count = rule->failures;
	FINDING_SAY(finding->seen, "at %u of %u origins %s: %lu of %lu in the last %s, usually "
		    "%.2g %%", rule->touched, rule->asked, what, rule->failures,
		    rule->connections, quantity_about(asked->since_ns, since), 100 * rule->usual);
	finding_number(finding, "origins", rule->asked);
	finding_number(finding, "touched", rule->touched);
	finding_number(finding, "failed", rule->failures);
	finding_number(finding, "connections", rule->connections);
	finding_number(finding, "named", rule->named);
	say_verdict(finding, rule, facts);
	count = diagnose_origins_ways(facts, origins, NULL, code, ways,
				      sizeof(ways) / sizeof(*ways));
	diagnose_origins_say_ways(finding, ways, count);
	FINDING_SAY(finding->seen, ".");
	diagnose_verdict_say(finding, rule);
	return 0;
}
