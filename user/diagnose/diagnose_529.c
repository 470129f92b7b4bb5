// SPDX-License-Identifier: BSD-2-Clause
/*
 * diagnose_529.c - 529: the platform has no route to this origin, as its nodes' pings are not
 * answered, or as the domain is new.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/words.h"
#include "diagnose/diagnose_rows.h"
#include "diagnose/saying.h"
#include "view/view_verbs.h"

#define PUBLISHED "The origin blocks ping, so route information cannot be had."
#define REMEDY "Grant ping to the intermediate nodes, whose address list is obtained from the " \
	       "platform."

#define NAMES_SHOWN 5

/* Nodes that are on the list for a shorter time may not have pinged yet. */
#define SILENT_SECONDS 600

static struct finding *add(struct findings *findings, const char *cause, enum finding_grade grade)
{
	struct finding *finding = findings_add(findings);

	if (!finding)
		return NULL;
	finding->row = "529";
	finding->grade = grade;
	finding->cause = cause;
	FINDING_SAY(finding->published, PUBLISHED);
	FINDING_SAY(finding->remedy, REMEDY);
	return finding;
}

/* --- ping itself */

/* Where ping does not answer by itself, the kernel does, unless it is told not to. */
static void say_deaf(struct finding *finding, const struct diagnose_facts *facts)
{
	if (!facts->deaf && !facts->deaf6)
		return;
	FINDING_SAY(finding->seen, " The kernel answers no ping of %s: net.%s is set.",
		    !facts->deaf ? "IPv6" : facts->deaf6 ? "IPv4 and IPv6" : "IPv4",
		    facts->deaf ? "ipv4.icmp_echo_ignore_all" : "ipv6.icmp.echo_ignore_all");
	FINDING_SAY(finding->command, "; `sysctl net.%s=0`",
		    facts->deaf ? "ipv4.icmp_echo_ignore_all" : "ipv6.icmp.echo_ignore_all");
}

static int not_loaded(const struct diagnose_facts *facts, struct findings *findings)
{
	struct finding *finding = add(findings, "ping_not_loaded", FINDING_SOME);

	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "ping is not loaded: whether nodes' pings are answered is up to "
		    "this host's own firewall.");
	FINDING_SAY(finding->command, "`ecdn-xdp load --ping --nodes FILE IFACE`");
	say_deaf(finding, facts);
	FINDING_SAY(finding->unknown, "Whether nodes ping this host, and whether it answers: once "
		    "ping is loaded, it counts them.");
	return 0;
}

static int on_interfaces(const struct view_ping *ping, struct findings *findings)
{
	struct finding *finding = NULL;

	if (!ping->attachment_count || ping->gone)
		finding = add(findings, "ping_not_attached",
			      ping->attached ? FINDING_MANY : FINDING_ALL);
	else
		return 0;
	if (!finding)
		return -ENOMEM;
	if (!ping->attachment_count)
		FINDING_SAY(finding->seen, "ping is on no interface.");
	for (unsigned int i = 0; i < ping->attachment_count; i++) {
		const struct tc_link *at = &ping->attachments[i];

		if (at->state != TC_GONE)
			continue;
		FINDING_SAY(finding->seen, "%sping is gone from %s", *finding->seen ? ", " : "",
			    at->iface);
		FINDING_SAY(finding->command, "%s`ecdn-xdp load --ping %s`",
			    *finding->command ? "; " : "", at->iface);
		finding->count++;
	}
	if (!ping->attachment_count)
		FINDING_SAY(finding->command, "`ecdn-xdp load --ping IFACE`");
	else
		FINDING_SAY(finding->seen, ".");
	FINDING_SAY(finding->unknown, "Whether the host's own firewall answers there.");
	return 0;
}

static void say_address(struct finding *finding, const struct ecdn_xdp_local_key *key)
{
	struct address address;
	char text[ADDRESS_TEXT_SIZE];

	address_from_bytes(&address, address_family(key->family), key->addr);
	FINDING_SAY(finding->seen, "%s", address_format(&address, text));
}

static int on_addresses(const struct view_ping *ping, struct findings *findings)
{
	unsigned int count = ping->missing.count;
	struct finding *finding;

	if (!count)
		return 0;
	finding = add(findings, "unknown_addresses", FINDING_MANY);
	if (!finding)
		return -ENOMEM;
	finding->count = count;
	finding_number(finding, "addresses", count);
	FINDING_SAY(finding->seen, "%u address%s of this host %s not known to ping, which answers "
		    "nobody there: ", count, count == 1 ? "" : "es", count == 1 ? "is" : "are");
	for (unsigned int i = 0; i < count && i < NAMES_SHOWN; i++) {
		FINDING_SAY(finding->seen, "%s", i ? ", " : "");
		say_address(finding, &ping->missing.key[i]);
	}
	FINDING_SAY(finding->seen, count > NAMES_SHOWN ? ", ..." : ".");
	FINDING_SAY(finding->command, "`ecdn-xdp load --ping`");
	return 0;
}

/* --- nodes */

static const char *name_of(const struct view_node *node, char text[CIDR_TEXT_SIZE])
{
	return node->name[0] ? node->name : cidr_format(&node->cidr, text);
}

static void say_node(struct finding *finding, const struct view_node *node)
{
	char text[CIDR_TEXT_SIZE];

	finding->count++;
	if (finding->count <= NAMES_SHOWN)
		FINDING_SAY(finding->seen, "%s%s", finding->count > 1 ? ", " : "",
			    name_of(node, text));
	else if (finding->count == NAMES_SHOWN + 1)
		FINDING_SAY(finding->seen, ", ...");
}

static int no_nodes(struct findings *findings)
{
	struct finding *finding = add(findings, "no_nodes", FINDING_ALL);

	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "ping knows no intermediate nodes, so it answers nobody.");
	FINDING_SAY(finding->command, "`ecdn-xdp node load FILE`, with the platform's list");
	return 0;
}

static bool is_young(const struct diagnose_facts *facts, const struct view_node *node)
{
	return node->added_at + SILENT_SECONDS >
	       clock_epoch(&facts->moment, facts->moment.now_ns);
}

static int silent_nodes(const struct diagnose_facts *facts, struct findings *findings)
{
	const struct view_nodes *nodes = &facts->nodes;
	unsigned int silent = 0, young = 0;
	struct finding *finding;

	for (size_t i = 0; i < nodes->count; i++) {
		bool heard = view_nodes_heard(&nodes->at[i]);

		silent += !heard;
		young += !heard && is_young(facts, &nodes->at[i]);
	}
	if (!silent)
		return 0;
	finding = add(findings, "silent_nodes", silent == young ? FINDING_NOTE :
		      silent == nodes->count ? FINDING_MANY : FINDING_SOME);
	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "%u of %zu nodes never pinged this host: ", silent,
		    nodes->count);
	for (size_t i = 0; i < nodes->count; i++)
		if (!view_nodes_heard(&nodes->at[i]))
			say_node(finding, &nodes->at[i]);
	if (young)
		FINDING_SAY(finding->seen, "; %u of them %s been on the list for less than 10 "
			    "minutes", young, young == 1 ? "has" : "have");
	FINDING_SAY(finding->seen, ".");
	finding_number(finding, "nodes", nodes->count);
	finding_number(finding, "silent", silent);
	FINDING_SAY(finding->command, "`ecdn-xdp node check` lists them; `ecdn-xdp node load FILE` "
		    "takes the platform's list of today");
	FINDING_SAY(finding->unknown, "Whether they do not ping, or something on the way drops "
		    "their pings: a firewall before this host, or one that its network has.");
	return 0;
}

/* A hundredth of a node's pings is no matter, nor is a node that pings no more. When pings were
 * dropped is not counted. */
static bool is_fast(const struct diagnose_facts *facts, const struct ecdn_xdp_node_stats *stats)
{
	return stats->over_rate && stats->over_rate * 100 >= stats->requests &&
	       clock_seconds_ago(&facts->moment, stats->last_seen_ns) < SILENT_SECONDS;
}

/* Pings of nodes that this tool has dropped. */
static int fast_nodes(const struct diagnose_facts *facts, struct findings *findings)
{
	struct finding *finding = NULL;
	uint64_t dropped = 0, requests = 0;

	for (size_t i = 0; i < facts->nodes.count; i++) {
		const struct ecdn_xdp_node_stats *stats = &facts->nodes.at[i].stats;

		if (!facts->ping.config.rate || !is_fast(facts, stats))
			continue;
		if (!finding) {
			finding = add(findings, "over_rate", FINDING_SOME);
			if (!finding)
				return -ENOMEM;
			FINDING_SAY(finding->seen, "of ");
		}
		say_node(finding, &facts->nodes.at[i]);
		dropped += stats->over_rate;
		requests += stats->requests;
	}
	if (!finding)
		return 0;
	FINDING_SAY(finding->seen, " %lu of %lu pings since the load were dropped here, as they "
		    "came faster than a node may ping: now that is %lu a second.", dropped,
		    requests, (unsigned long)facts->ping.config.rate);
	finding_number(finding, "dropped", dropped);
	finding_number(finding, "requests", requests);
	FINDING_SAY(finding->command, "`ecdn-xdp load --ping --ping-rate %lu`",
		    (unsigned long)facts->ping.config.rate * 10);
	FINDING_SAY(finding->unknown, "Whether the nodes sent them, or somebody who forges their "
		    "addresses.");
	return 0;
}

/* --- pings that ping leaves to the host, or drops as configured */

static int left_to_host(const struct diagnose_facts *facts, struct findings *findings)
{
	const struct ecdn_xdp_ping_events *events = &facts->ping.events;
	uint64_t left = events->fragment + events->options + events->give_up;
	struct finding *finding;

	if (!left)
		return 0;
	finding = add(findings, "left_to_host", FINDING_NOTE);
	if (!finding)
		return -ENOMEM;
	finding->count = left;
	finding_number(finding, "left", left);
	FINDING_SAY(finding->seen, "%lu pings of nodes since the load were left to this host's own "
		    "firewall: %lu in fragments, %lu with options, %lu that could not be answered.",
		    left, (unsigned long)events->fragment, (unsigned long)events->options,
		    (unsigned long)events->give_up);
	FINDING_SAY(finding->unknown, "Whether the host has answered them.");
	return 0;
}

static int strangers_dropped(const struct diagnose_facts *facts, struct findings *findings)
{
	uint64_t dropped = facts->ping.events.stranger_dropped;
	struct finding *finding;

	if (!dropped)
		return 0;
	finding = add(findings, "strangers_dropped", FINDING_NOTE);
	if (!finding)
		return -ENOMEM;
	finding->count = dropped;
	finding_number(finding, "dropped", dropped);
	FINDING_SAY(finding->seen, "%lu pings since the load were dropped here, as they came from "
		    "no node on the list (--ping-only-nodes).", dropped);
	FINDING_SAY(finding->command, "`ecdn-xdp node load FILE` if the platform's list has "
		    "changed");
	FINDING_SAY(finding->unknown, "Whether nodes are among these that the list lacks.");
	return 0;
}

static int passed_on(const struct diagnose_facts *facts, struct findings *findings)
{
	uint64_t passed = 0;
	struct finding *finding;

	for (size_t i = 0; i < facts->nodes.count; i++)
		passed += facts->nodes.at[i].passed;
	if (!facts->nodes.passes)
		return 0;
	finding = add(findings, "passed_on", facts->deaf || facts->deaf6 ? FINDING_MANY :
									   FINDING_NOTE);
	if (!finding)
		return -ENOMEM;
	finding->count = passed;
	finding_number(finding, "passed", passed);
	FINDING_SAY(finding->seen, "%lu pings of nodes went on to this host's firewall, marked, as "
		    "ping is in mode pass.", passed);
	FINDING_SAY(finding->command, "`ecdn-xdp node rule` prints the rule by which the firewall "
		    "accepts them; `ecdn-xdp load --ping=answer` has ping answer by itself");
	say_deaf(finding, facts);
	FINDING_SAY(finding->unknown, "Whether the firewall accepts them: `nft list ruleset` "
		    "tells.");
	return 0;
}

/* --- a new domain */

static const char *user_of(const struct ecdn_xdp_verb *verb, char *room, size_t size)
{
	if (verb->user[0])
		return verb->user;
	snprintf(room, size, "uid %u", verb->uid);
	return room;
}

static void say_last(struct finding *finding, const struct view_verbs *verbs)
{
	const struct ecdn_xdp_verb *last = verbs->count ? &verbs->at[verbs->count - 1] : NULL;
	char room[SAYING_SIZE], user[32];

	if (!last) {
		FINDING_SAY(finding->seen, " No command that changed something is known.");
		return;
	}
	FINDING_SAY(finding->seen, " The last command that changed something, %s, was `ecdn-xdp "
		    "%s`, by %s.", saying_when(&verbs->moment, last->time_ns, room), last->words,
		    user_of(last, user, sizeof(user)));
	finding_number(finding, "changed_at", clock_epoch(&verbs->moment, last->time_ns));
	finding_word(finding, "changed_by", user_of(last, user, sizeof(user)));
	finding_word(finding, "command", last->words);
}

static int revision(const struct diagnose_facts *facts, struct findings *findings)
{
	struct finding *finding = add(findings, "new_domain", FINDING_NOTE);
	struct view_verbs verbs;
	int err = finding ? view_verbs_read(&verbs, facts->pin_dir) : -ENOMEM;

	if (err)
		return err;
	finding->published[0] = finding->remedy[0] = 0;
	FINDING_SAY(finding->seen, "Revision %u of the configuration is in effect on this host.",
		    facts->status.config.generation);
	finding_number(finding, "revision", facts->status.config.generation);
	say_last(finding, &verbs);
	FINDING_SAY(finding->published, "The domain is new, and its route configuration has not "
		    "taken effect.");
	FINDING_SAY(finding->remedy, "That takes 5 to 10 minutes: confirm it before switching "
		    "DNS.");
	FINDING_SAY(finding->command, "`ecdn-xdp events` lists what changed");
	FINDING_SAY(finding->unknown, "Whether other nodes of the platform have their "
		    "configuration: this is one host's, of the packet layer. Changes of the region "
		    "table and of lists are commands, too, and may leave the revision as it is.");
	view_verbs_free(&verbs);
	return 0;
}

static int of_ping(const struct diagnose_facts *facts, struct findings *findings)
{
	int err = on_interfaces(&facts->ping, findings);

	err = err ?: on_addresses(&facts->ping, findings);
	if (!err && !facts->nodes.count)
		return no_nodes(findings);
	err = err ?: silent_nodes(facts, findings);
	err = err ?: fast_nodes(facts, findings);
	err = err ?: left_to_host(facts, findings);
	err = err ?: strangers_dropped(facts, findings);
	return err ?: passed_on(facts, findings);
}

int diagnose_529_find(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		      struct findings *findings)
{
	int err = 0;

	if (asked->object)
		return log_error(WORDS_WRONG, "529 has no object: it is about this host's pings, "
				 "and not about %s", asked->object);
	if (asked->revision)
		err = revision(facts, findings);
	else if (!facts->ping.loaded)
		err = not_loaded(facts, findings);
	return err || !facts->ping.loaded ? err : of_ping(facts, findings);
}
