// SPDX-License-Identifier: BSD-2-Clause
/*
 * diagnose_538.c - 538: handshakes between this node and an origin fail.
 *
 * What an alert says is told of a single connection, too: somebody has said it. That connections
 * were refused, reset or not answered is told with its cause only of origins that fail by the rule
 * of egress_rule.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "diagnose/diagnose_verdict.h"

#define WAYS_SHOWN 3

/* Failures of an origin that has few connections, from which on it is told unasked. */
#define FEW_FAILURES 3

/* How an origin's handshakes fail. */
struct ways {
	struct diagnose_way at[WAYS_SHOWN];
	unsigned int count;
	struct ecdn_xdp_origin_failure most; /* the most frequent one; of what the ring has lost,
						its cause alone */
	enum failure_class class;
};

static void find_ways(struct ways *ways, const struct diagnose_facts *facts,
		      const struct diagnose_origins *origins, const struct diagnose_origin *origin)
{
	ways->count = diagnose_origins_ways(facts, origins, origin->at, 538, ways->at, WAYS_SHOWN);
	ways->most = ways->count ? *ways->at[0].last : (struct ecdn_xdp_origin_failure){
		.cause = origin->at->stats.failure, .alert = 255,
	};
	ways->class = failure_class_of(&ways->most);
}

static void say_offered(struct finding *finding, const struct ecdn_xdp_origin_failure *most)
{
	const char *version = view_origins_version(most->version);

	if (!most->offered)
		return;
	FINDING_SAY(finding->seen, " This node offered ");
	failure_class_say_offered(most->offered, finding->seen, sizeof(finding->seen));
	if (version)
		FINDING_SAY(finding->seen, ", and the origin chose %s", version);
	FINDING_SAY(finding->seen, ".");
}

/* For programs: the last one of the most frequent way. */
static void set_details(struct finding *finding, const struct ecdn_xdp_origin_failure *most)
{
	const char *alert = view_origins_alert(most->alert);

	finding_word(finding, "failure", view_origins_cause(most->cause));
	finding_word(finding, "side", view_origins_side(most->side));
	finding_word(finding, "phase", view_origins_phase(most->phase));
	if (alert)
		finding_word(finding, "alert", alert);
	if (most->sni[0])
		finding_word(finding, "sni", most->sni);
}

/* An origin whose protocol no connection has shown yet has it by its port. */
static void say_curl(struct finding *finding, const struct view_origin *origin)
{
	bool plain = origin->stats.tls ? origin->stats.tls == 2 : origin->key.port == 80;
	char text[VIEW_ORIGINS_TEXT_SIZE];

	FINDING_SAY(finding->command, "`curl -vk http%s://%s/` from this host, and from another "
		    "one", plain ? "" : "s", view_origins_format(&origin->key, text));
}

static void say_class(struct finding *finding, const struct ways *ways,
		      const struct view_origin *origin)
{
	const struct failure_class_row *row = failure_class_row(ways->class);

	finding->cause = row->name;
	FINDING_SAY(finding->published, "%s", row->published);
	FINDING_SAY(finding->remedy, "%s", row->remedy);
	FINDING_SAY(finding->command, "%s", row->command);
	FINDING_SAY(finding->unknown, "%s", row->unknown);
	if (ways->class == FAILURE_CLASS_NETWORK)
		say_curl(finding, origin);
	/* By the packets, a wrong name and an issuer that is not trusted look alike. */
	if (ways->most.cause == ECDN_XDP_ORIGIN_HUNG_UP_BY_NODE)
		FINDING_SAY(finding->unknown, "Whether it is the certificate, who has issued it, "
			    "or the host name: the proxy's error log tells, and `ecdn-xdp diagnose "
			    "538 ORIGIN --probe`.");
	if (ways->most.cause == ECDN_XDP_ORIGIN_REFUSED_AFTER_FINISHED)
		FINDING_SAY(finding->unknown, "Whether it is that: an alert would be sealed, and "
			    "the origin's log has it.");
}

static void say_too_few(struct finding *finding)
{
	finding->cause = "too_few";
	FINDING_SAY(finding->unknown, "Whether that is more than a connection or two: a cause is "
		    "told from 5 connections on, of which 3 fail.");
}

static void say_verdict(struct finding *finding, const struct egress_rule *network)
{
	finding->cause = diagnose_verdict_name(network->verdict);
	FINDING_SAY(finding->seen, " It is one of %u of %u origins that the network fails.",
		    network->touched, network->asked);
}

static int add(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
	       const struct diagnose_origins *origins, const struct diagnose_origin *origin,
	       const struct egress_rule *network, struct findings *findings)
{
	uint64_t failed = diagnose_origins_failed(origin, DIAGNOSE_ORIGINS_HANDSHAKE);
	uint64_t ended = origin->window.ended;
	struct finding *finding = diagnose_origins_add(findings, "538", origin, failed);
	struct ways ways;

	if (!finding)
		return -ENOMEM;
	find_ways(&ways, facts, origins, origin);
	finding->grade = 2 * failed >= ended ? FINDING_MANY : FINDING_SOME;
	diagnose_origins_say_share(finding, failed, ended, "failed in the handshake",
				   asked->since_ns);
	diagnose_origins_say_ways(finding, ways.at, ways.count);
	FINDING_SAY(finding->seen, ".");
	say_offered(finding, &ways.most);
	set_details(finding, &ways.most);
	if (ways.class == FAILURE_CLASS_NETWORK && !origin->judged.fails) {
		finding->grade = FINDING_NOTE;
		say_too_few(finding);
		return 0;
	}
	say_class(finding, &ways, origin->at);
	if (ways.class == FAILURE_CLASS_NETWORK)
		diagnose_origins_say_unsure(finding, origin);
	if (ways.class == FAILURE_CLASS_NETWORK && diagnose_verdict_has(origin, network))
		say_verdict(finding, network);
	return 0;
}

static int add_well(const struct diagnose_asked *asked, const struct diagnose_origin *origin,
		    struct findings *findings)
{
	struct finding *finding = diagnose_origins_add(findings, "538", origin, 0);

	if (!finding)
		return -ENOMEM;
	finding->cause = "nothing";
	diagnose_origins_say_share(finding, 0, origin->window.ended, "failed in the handshake",
				   asked->since_ns);
	FINDING_SAY(finding->seen, ".");
	return 0;
}

/* Whether an origin is told of. In what is told unasked, it has to fail, or to say so clearly. */
static bool is_told(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		    const struct diagnose_origins *origins, const struct diagnose_origin *origin)
{
	uint64_t failed = diagnose_origins_failed(origin, DIAGNOSE_ORIGINS_HANDSHAKE);
	struct ways ways;

	if (!failed || origin->judged.fails || asked->row)
		return failed;
	find_ways(&ways, facts, origins, origin);
	return ways.class != FAILURE_CLASS_NETWORK && failed >= FEW_FAILURES &&
	       2 * failed >= origin->window.ended;
}

/* --- this host's firewall, whose rejects are no failures of an origin */

static int add_rejected(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
			const struct diagnose_origins *origins,
			const struct diagnose_origin *origin, struct findings *findings)
{
	const struct failure_class_row *row = failure_class_row(FAILURE_CLASS_HERE);
	uint64_t rejected = diagnose_origins_rejected(facts, origins, origin->at);
	struct finding *finding;

	/* Unasked, not for what somebody has tried once or twice. */
	if (!rejected || (!asked->row && rejected < FEW_FAILURES))
		return 0;
	finding = diagnose_origins_add(findings, "538", origin, rejected);
	if (!finding)
		return -ENOMEM;
	finding->grade = origin->judged.sure ? FINDING_ALL : FINDING_SOME;
	finding->cause = row->name;
	diagnose_origins_say_share(finding, rejected, origin->window.ended,
				   "were rejected by this host's own firewall", asked->since_ns);
	FINDING_SAY(finding->seen, ".");
	finding_word(finding, "failure", view_origins_cause(ECDN_XDP_ORIGIN_REJECTED_HERE));
	FINDING_SAY(finding->published, "%s", row->published);
	FINDING_SAY(finding->remedy, "%s", row->remedy);
	FINDING_SAY(finding->command, "%s", row->command);
	FINDING_SAY(finding->unknown, "%s", row->unknown);
	diagnose_origins_say_unsure(finding, origin);
	return 0;
}

/* --- */

/* Of an origin that fails as many do, by its network, the verdict has told all. */
static bool is_in_verdict(const struct diagnose_asked *asked, const struct egress_rule *network,
			  const struct diagnose_origin *origin)
{
	return !asked->object && diagnose_verdict_has(origin, network) &&
	       2 * origin->window.network >= diagnose_origins_failed(origin,
								     DIAGNOSE_ORIGINS_HANDSHAKE);
}

static int of_origins(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		      struct diagnose_origins *origins, const struct egress_rule *network,
		      struct findings *findings)
{
	struct egress_rule rule;
	int err = diagnose_origins_judge(origins, facts, DIAGNOSE_ORIGINS_HANDSHAKE, &rule);

	for (unsigned int i = 0; i < origins->count && !err; i++) {
		const struct diagnose_origin *origin = &origins->at[i];

		if (!origin->asked)
			continue;
		err = add_rejected(facts, asked, origins, origin, findings);
		if (err || is_in_verdict(asked, network, origin))
			continue;
		if (is_told(facts, asked, origins, origin))
			err = add(facts, asked, origins, origin, network, findings);
		else if (asked->object)
			err = add_well(asked, origin, findings);
	}
	return err;
}

int diagnose_538_find(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		      struct findings *findings)
{
	struct diagnose_origins origins;
	struct egress_rule network = {};
	int err = diagnose_origins_read(&origins, facts, asked);

	err = err ?: diagnose_origins_judge(&origins, facts, DIAGNOSE_ORIGINS_NETWORK, &network);
	if (!err && !asked->object && diagnose_verdict_is(&network))
		err = diagnose_verdict_add(findings, &network, facts, asked, &origins, 538,
						   "the network fails connections");
	err = err ?: of_origins(facts, asked, &origins, &network, findings);
	diagnose_origins_free(&origins);
	return err;
}
