// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/xff_findings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "diagnose/saying.h"

#define PEERS_SAID 3
#define PREFIXES_SAID 2

/* What the platform has published of each cause, and what carries its remedy out. */
struct cause_words {
	const char *word, *published, *remedy, *command;
};

static const struct cause_words causes[XFF_CAUSES] = {
	[XFF_OWN_PROXY] = {
		"own_proxy", "The user goes through a proxy.",
		"None: the direct visits show the proxy's address, too. Whoever needs one address "
		"for these users takes the last one that no node has written.",
		"nginx: `real_ip_header X-Forwarded-For; real_ip_recursive on;` and the lines of "
		"`ecdn-xdp node list --format nginx`",
	},
	[XFF_REWRITTEN] = {
		"rewritten", "The origin's load balancer rewrites the header: the address seen is "
		"an intermediate node's.",
		"Have the balancer add to the header and not replace it, and trust the header from "
		"nodes alone.",
		"balancer, nginx: `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`, "
		"HAProxy: `option forwardfor` without `http-request set-header X-Forwarded-For`; "
		"origin: `real_ip_header X-Forwarded-For;` and the lines of `ecdn-xdp node list "
		"--format nginx`, or `map $ecdn_peer`",
	},
	[XFF_HIJACKED] = {
		"hijacked", "The user's access is hijacked: HTTP shows a strange address, HTTPS a "
		"right one; users of some regions only.",
		"Serve these users by HTTPS alone, and complain to their access provider.",
		"nginx: `return 301 https://$host$request_uri;` in the server of port 80, and "
		"`add_header Strict-Transport-Security \"max-age=31536000\" always;` in that of "
		"443",
	},
	[XFF_NODE_FAULT] = {
		"node_fault", "A node is at fault: users of some regions or ISPs.",
		"Report the node to the platform, with the regions and the time of this log.",
		"",
	},
	[XFF_HIJACKED_OR_NODE] = {
		"hijacked_or_node", "Either the user's access is hijacked (some regions, HTTP "
		"alone), or a node is at fault (some regions or ISPs).",
		"Have some of these users visit by HTTPS, too: if they are shown rightly there, it "
		"is hijacked access; if not, report the node to the platform.",
		"nginx: an image of the page by https://, whose requests stand in the same log",
	},
	[XFF_EVERYWHERE] = {
		"everywhere", "None fits alone: users of all regions are shown with addresses that "
		"are no node's known here.",
		"See first that the direct visits are ones: the name that they go to must lead to "
		"the origin itself. Then look at what stands before the origin.",
		"`ecdn-xdp diagnose xff FILE --nodes FILE` with the platform's list of nodes",
	},
};

static void peer_text(const struct xff_counts *counts, const struct xff_calls *calls, int peer,
		      char *text, size_t size)
{
	const struct xff_peer *of = &counts->peers.at[peer];
	char address[ADDRESS_TEXT_SIZE];
	const char *name = peer && calls->name ? calls->name(calls->context, &of->address) : NULL;

	if (!peer)
		snprintf(text, size, "others");
	else if (name && *name)
		snprintf(text, size, "%s (%s)", address_format(&of->address, address), name);
	else
		snprintf(text, size, "%s", address_format(&of->address, address));
}

static void say_object(struct finding *finding, const struct xff_counts *counts,
		       const struct xff_conclusion *at, const struct xff_calls *calls)
{
	const struct xff_scope *scope = &at->scope;
	char peer[sizeof(finding->object)];

	if (scope->peer >= 0) {
		peer_text(counts, calls, scope->peer, peer, sizeof(peer));
		FINDING_SAY(finding->object, "%s %s",
			    counts->peers.at[scope->peer].node ? "node" : "peer", peer);
	}
	if (scope->region >= 0)
		FINDING_SAY(finding->object, "region %s",
			    xff_names_name(&counts->regions, scope->region));
	if (scope->isp >= 0)
		FINDING_SAY(finding->object, "%sISP %s", scope->region >= 0 ? ", " : "",
			    xff_names_name(&counts->isps, scope->isp));
}

static const char *what_is_shown(const struct xff_conclusion *at)
{
	if (at->cause == XFF_OWN_PROXY)
		return "whose address in the direct visit stands behind the first one";
	if (at->behind)
		return "shown with another address before their own";
	if (at->cause == XFF_REWRITTEN || at->node_address)
		return "shown with a node's address, or one that many regions share";
	return "shown with another address than their direct visit";
}

static void say_part(struct finding *finding, const struct xff_conclusion *at, int scheme,
		     bool *said)
{
	const struct xff_evidence *part = &at->part[scheme];

	if (part->users.n < 0.5)
		return;
	FINDING_SAY(finding->seen, "%s%s %.0f of %.0f (%llu of %llu records)", *said ? ", " : "",
		    scheme == XFF_PLAIN ? "HTTP" : "HTTPS", part->users.k, part->users.n,
		    (unsigned long long)part->strange, (unsigned long long)part->records);
	*said = true;
}

/* Without direct visits a record stands for a user. */
static void say_seen(struct finding *finding, const struct xff_counts *counts,
		     const struct xff_conclusion *at)
{
	bool said = false;

	FINDING_SAY(finding->seen, "%s %s: ", counts->with_direct ? "users" : "records",
		    what_is_shown(at));
	say_part(finding, at, XFF_PLAIN, &said);
	say_part(finding, at, XFF_TLS, &said);
	if (at->rest.users.n >= 0.5)
		FINDING_SAY(finding->seen, "; elsewhere %.0f of %.0f", at->rest.users.k,
			    at->rest.users.n);
	FINDING_SAY(finding->seen, ".");
}

static void say_prefixes(struct finding *finding, const struct xff_conclusion *at)
{
	struct xff_heavy shown = at->shown;
	char text[CIDR_TEXT_SIZE];
	struct cidr cidr;
	uint32_t most = 0;
	int first;

	for (int i = 0; i < PREFIXES_SAID && (first = xff_heavy_first(&shown)) >= 0; i++) {
		if (shown.at[first].count < most / 4)
			break;
		most = shown.at[first].count;
		cidr = xff_heavy_cidr(&shown, first);
		FINDING_SAY(finding->seen, "%s%s", i ? ", " : " Shown instead, most often: ",
			    cidr_format(&cidr, text));
		if (!i)
			finding_word(finding, "prefix", text);
		shown.at[first].count = 0;
	}
	FINDING_SAY(finding->seen, "%s", most ? "." : "");
}

static void say_peers(struct finding *finding, const struct xff_counts *counts,
		      const struct xff_conclusion *at, const struct xff_calls *calls)
{
	char text[sizeof(finding->object)];

	if (at->scope.peer >= 0) {
		FINDING_SAY(finding->seen, " Of %u region%s.", at->regions, saying_s(at->regions));
		return;
	}
	FINDING_SAY(finding->seen, " By");
	for (uint32_t i = 0; i < at->peers && i < PEERS_SAID; i++) {
		peer_text(counts, calls, at->peer[i], text, sizeof(text));
		FINDING_SAY(finding->seen, "%s %s", i ? "," : "", text);
	}
	if (at->peers > PEERS_SAID)
		FINDING_SAY(finding->seen, " and %u more", at->peers - PEERS_SAID);
	FINDING_SAY(finding->seen, ".");
}

static void say_chance(struct finding *finding, const struct xff_conclusion *at,
		       const struct xff_verdict *verdict)
{
	FINDING_SAY(finding->seen, " Chance of that by luck: below 1 in 10^%.0f, %u sets of users "
		    "having been looked at.", fmax(0, floor(-at->chance)), verdict->looked_at);
}

static void say_command(struct finding *finding, const struct xff_counts *counts,
			const struct xff_conclusion *at, const struct xff_calls *calls)
{
	char text[sizeof(finding->object)];
	int peer = at->scope.peer >= 0 ? at->scope.peer : at->peer[0];

	FINDING_SAY(finding->command, "%s", causes[at->cause].command);
	if (at->cause != XFF_NODE_FAULT)
		return;
	peer_text(counts, calls, peer, text, sizeof(text));
	if (at->scope.peer >= 0)
		FINDING_SAY(finding->command, "report node %s", text);
	else
		FINDING_SAY(finding->command, "report %s, and that most of them came by %s",
			    finding->object, text);
}

static void say_unknown(struct finding *finding, const struct xff_counts *counts,
			const struct xff_conclusion *at, const struct xff_verdict *verdict)
{
	char *unknown = finding->unknown;
	const size_t size = sizeof(finding->unknown);

	if (at->cause == XFF_REWRITTEN)
		words_append(unknown, size, "Whose these requests are, and so any other cause "
			     "among them.");
	if (at->cause == XFF_REWRITTEN && verdict->peer_count == 1 &&
	    counts->peers.at[at->peer[0]].node)
		words_append(unknown, size, " All came by one node, so that it may be the node "
			     "that writes its own address.");
	if (at->cause == XFF_HIJACKED && verdict->region_count == 1)
		words_append(unknown, size, "Whether other regions are hit: the log has one.");
	if (at->cause == XFF_HIJACKED)
		words_append(unknown, size, "%sWho does it.", *unknown ? " " : "");
	if (at->cause == XFF_NODE_FAULT && at->scope.peer < 0)
		words_append(unknown, size, "Which node: no peer of this host differs from the "
			     "others, so that it stands before them, nearer to the users.");
	if (at->cause == XFF_NODE_FAULT && at->scope.peer >= 0 && at->part[XFF_TLS].users.n < 10)
		words_append(unknown, size, "Too little HTTPS came by this node to tell that the "
			     "way to it is not hijacked.");
	if (at->cause == XFF_OWN_PROXY)
		words_append(unknown, size, "Whether the first address is the user's own or made "
			     "up: his side wrote it. Proxies that write no header look like "
			     "users.");
}

static enum finding_grade grade_of(const struct xff_conclusion *at)
{
	switch (at->cause) {
	case XFF_OWN_PROXY:
		return FINDING_NOTE;
	case XFF_REWRITTEN:
		return at->rest.users.n < 0.5 ? FINDING_ALL : FINDING_MANY;
	case XFF_EVERYWHERE:
		return FINDING_MANY;
	default:
		return FINDING_SOME;
	}
}

static void say_details(struct finding *finding, const struct xff_counts *counts,
			const struct xff_conclusion *at)
{
	static const char *const keys[XFF_SCHEMES][4] = {
		{ "http_users", "http_strange_users", "http_records", "http_strange_records" },
		{ "https_users", "https_strange_users", "https_records", "https_strange_records" },
	};
	char peer[ADDRESS_TEXT_SIZE];

	if (at->scope.region >= 0)
		finding_word(finding, "region",
			     xff_names_name(&counts->regions, at->scope.region));
	if (at->scope.isp >= 0)
		finding_word(finding, "isp", xff_names_name(&counts->isps, at->scope.isp));
	if (at->scope.peer >= 0)
		finding_word(finding, "peer",
			     address_format(&counts->peers.at[at->scope.peer].address, peer));
	for (int scheme = 0; scheme < XFF_SCHEMES; scheme++) {
		const struct xff_evidence *part = &at->part[scheme];

		finding_number(finding, keys[scheme][0], llround(part->users.n));
		finding_number(finding, keys[scheme][1], llround(part->users.k));
		finding_number(finding, keys[scheme][2], part->records);
		finding_number(finding, keys[scheme][3], part->strange);
	}
	finding_number(finding, "elsewhere_users", llround(at->rest.users.n));
	finding_number(finding, "elsewhere_strange_users", llround(at->rest.users.k));
	finding_number(finding, "regions", at->regions);
	finding_number(finding, "peers", at->peers);
	finding_number(finding, "chance_below_10_to_minus", llround(fmax(0, floor(-at->chance))));
}

/* How many records' header and direct visit could be compared. */
static uint64_t compared_records(const struct xff_verdict *verdict)
{
	uint64_t records = 0;

	for (int scheme = 0; scheme < XFF_SCHEMES; scheme++)
		for (int class = 0; class < XFF_CLASS_NODE_ALONE; class++)
			records += verdict->records[scheme][class];
	return records;
}

/* The one address that was asked about: if no direct visit contradicts it, nobody on the way has
 * put it there. */
static int add_asked(struct findings *findings, const struct xff_counts *counts,
		     const struct xff_verdict *verdict)
{
	uint64_t right = verdict->records[XFF_PLAIN][XFF_CLASS_RIGHT] +
			 verdict->records[XFF_TLS][XFF_CLASS_RIGHT];
	struct finding *finding;
	char text[CIDR_TEXT_SIZE];

	if (verdict->count || !right || right != compared_records(verdict))
		return 0;
	finding = findings_add(findings);
	if (!finding)
		return -ENOMEM;
	finding->row = "xff";
	finding->grade = FINDING_NOTE;
	finding->count = llround(verdict->compared);
	finding->cause = causes[XFF_OWN_PROXY].word;
	FINDING_SAY(finding->object, "%s", cidr_format(&counts->options->only, text));
	FINDING_SAY(finding->seen, "in all of %llu records (%.0f users) that can be compared, the "
		    "direct visit shows the address of the header. Chance of that by luck: below 1 "
		    "in 10^6.", (unsigned long long)right, verdict->compared);
	FINDING_SAY(finding->published, "%s", causes[XFF_OWN_PROXY].published);
	FINDING_SAY(finding->remedy, "None: no node and no balancer has put it there.");
	FINDING_SAY(finding->unknown, "Whether it is the user's own address, or that of his own "
		    "proxy.");
	finding_number(finding, "records", right);
	return 0;
}

int xff_findings_add(struct findings *findings, const struct xff_counts *counts,
		     const struct xff_verdict *verdict, const struct xff_calls *calls)
{
	for (unsigned int i = 0; i < verdict->count; i++) {
		const struct xff_conclusion *at = &verdict->at[i];
		struct finding *finding = findings_add(findings);

		if (!finding)
			return -ENOMEM;
		finding->row = "xff";
		finding->grade = grade_of(at);
		finding->count = llround(at->users);
		finding->cause = causes[at->cause].word;
		say_object(finding, counts, at, calls);
		say_seen(finding, counts, at);
		say_prefixes(finding, at);
		say_peers(finding, counts, at, calls);
		say_chance(finding, at, verdict);
		FINDING_SAY(finding->published, "%s", causes[at->cause].published);
		FINDING_SAY(finding->remedy, "%s", causes[at->cause].remedy);
		say_command(finding, counts, at, calls);
		say_unknown(finding, counts, at, verdict);
		say_details(finding, counts, at);
	}
	findings_sort(findings);
	return counts->options->only.addr.family ? add_asked(findings, counts, verdict) : 0;
}

void xff_findings_unknown(const struct xff_counts *counts, const struct xff_verdict *verdict,
			  char *text, size_t size)
{
	uint64_t comparable = counts->with_direct - counts->other_family;

	*text = 0;
	if (!counts->with_direct)
		words_append(text, size, "Without addresses of direct visits (label direct) only "
			     "a rewritten header can be told, and only if the nodes are known. ");
	else if (verdict->compared < XFF_SEARCH_USERS)
		words_append(text, size, "Too few users had a direct visit: %.0f. ",
			     verdict->compared);
	else if (comparable < counts->records)
		words_append(text, size, "%llu of %llu records had no direct visit to compare "
			     "with. ",
			     (unsigned long long)(counts->records - comparable),
			     (unsigned long long)counts->records);
	if (counts->direct_of_node)
		words_append(text, size, "In %llu records the direct visit came by a node: the "
			     "name that it goes to must lead to the origin itself. ",
			     (unsigned long long)counts->direct_of_node);
	if (verdict->more)
		words_append(text, size, "There are more findings than are shown. ");
	if (*text)
		text[strlen(text) - 1] = 0;
}
