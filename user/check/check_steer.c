// SPDX-License-Identifier: BSD-2-Clause
#include "check/check_steer.h"

#include <netinet/in.h>
#include <stdio.h>

#include "steer/steer_owner.h"

static bool has_tcp(const struct view_steer *steer)
{
	for (unsigned int i = 0; i < steer->count; i++)
		if (steer->listener[i].rule.protocol == IPPROTO_TCP)
			return true;
	return false;
}

static void attached(const struct checks_facts *facts, struct checks_report *report)
{
	const struct view_steer *steer = &facts->steer;

	if (!steer->count)
		return;
	if (!steer->attached)
		checks_add(report, "`ecdn-xdp load IFACE`", "steer is not attached, so no "
			   "connection goes to a listener for 513");
	else if (steer->uncounted)
		checks_add(report, "`ecdn-xdp load IFACE`", "steered connections are not counted, "
			   "and listeners that start later are not found: the link of listen is "
			   "gone");
	else if (!steer->hooked && has_tcp(steer))
		checks_add(report, "`ecdn-xdp load IFACE`; `ecdn-xdp steer refresh` after each "
			   "start of a listener does without", "listeners that start later are "
			   "not found: listen is attached to no cgroup");
}

static void listener(const struct view_listener *of, struct checks_report *report)
{
	char port[STEER_PORT_TEXT_SIZE], at[LISTENER_TEXT_SIZE], command[160];

	steer_rule_format_port(of->rule.port, of->rule.protocol, port);
	listener_format(&of->rule.listener, of->rule.listener_port, at);
	switch (of->state) {
	case VIEW_STEER_GONE:
		checks_add(report, "start the server that listens there", "port %s: nobody listens "
			   "at %s, so nobody gets 513 there", port, at);
		break;
	case VIEW_STEER_FOREIGN:
		snprintf(command, sizeof(command), "`ecdn-xdp steer add --user USER %s %s`", port,
			 at);
		checks_add(report, command, "port %s: another user listens at %s", port, at);
		break;
	case VIEW_STEER_UNPROTECTED:
		snprintf(command, sizeof(command), "`ecdn-xdp load --protect %s IFACE`", port);
		checks_add(report, command, "port %s is not protected, so nothing is steered from "
			   "there", port);
		break;
	default:
		break;
	}
	if (of->waits)
		checks_add(report, "`ecdn-xdp steer refresh`",
			   "port %s: sockets at %s are not taken yet", port, at);
}

/* In another network namespace nobody's sockets are known. */
static void listeners(const struct checks_facts *facts, struct checks_report *report)
{
	for (unsigned int i = 0; facts->steer.here && i < facts->steer.count; i++)
		listener(&facts->steer.listener[i], report);
}

/*
 * A socket stays that of whoever made or accepted it: what a service of root accepts and gives to
 * another user, he can have listen at any port that is open to him, and it is taken for root's.
 */
static void open_port(const struct view_listener *of, unsigned int first,
		      struct checks_report *report)
{
	char port[STEER_PORT_TEXT_SIZE], at[LISTENER_TEXT_SIZE], remedy[96];

	if (of->rule.protocol != IPPROTO_TCP || of->rule.listener_port < first)
		return;
	if (first > 1)
		snprintf(remedy, sizeof(remedy), "have the server that answers 513 listen at a "
			 "port below %u", first);
	else
		snprintf(remedy, sizeof(remedy),
			 "`sysctl net.ipv4.ip_unprivileged_port_start=1024`");
	steer_rule_format_port(of->rule.port, of->rule.protocol, port);
	checks_add(report, remedy, "port %s: its listener %s has a port at which any user of this "
		   "host may wait", port,
		   listener_format(&of->rule.listener, of->rule.listener_port, at));
}

/* Which ports are open to any user is known of this network namespace alone. */
static void open_ports(const struct checks_facts *facts, struct checks_report *report)
{
	const struct view_steer *steer = &facts->steer;
	unsigned int first, count = steer->here ? steer->count : 0;

	first = count ? steer_owner_first_open_port() : 0;
	for (unsigned int i = 0; i < count; i++)
		open_port(&steer->listener[i], first, report);
}

const struct checks_row check_steer_rows[] = {
	{ "steer", attached },
	{ "listeners", listeners },
	{ "listener-ports", open_ports },
	{},
};
