// SPDX-License-Identifier: BSD-2-Clause
#include "check/check_ping.h"

#include <stdio.h>

static void interfaces(const struct checks_facts *facts, struct checks_report *report)
{
	const struct view_ping *ping = &facts->ping;
	char command[64];

	for (unsigned int i = 0; i < ping->attachment_count; i++) {
		if (ping->attachments[i].state != TC_GONE)
			continue;
		snprintf(command, sizeof(command), "`ecdn-xdp load --ping %s`",
			 ping->attachments[i].iface);
		checks_add(report, command, "ping is gone from %s", ping->attachments[i].iface);
	}
	if (ping->loaded && !ping->attachment_count)
		checks_add(report, "`ecdn-xdp load --ping IFACE`", "ping is on no interface");
}

static void addresses(const struct checks_facts *facts, struct checks_report *report)
{
	if (facts->ping.missing.count)
		checks_add(report, "`ecdn-xdp load --ping`",
			   "%u addresses of this host are not known to ping, which answers nobody "
			   "there", facts->ping.missing.count);
	if (facts->ping.stale.count)
		checks_add(report, "`ecdn-xdp load --ping`",
			   "ping answers for %u addresses that this host has no longer",
			   facts->ping.stale.count);
}

static void nodes(const struct checks_facts *facts, struct checks_report *report)
{
	size_t heard = 0;

	if (!facts->ping.attached)
		return;
	for (size_t i = 0; i < facts->nodes.count; i++)
		heard += view_nodes_heard(&facts->nodes.at[i]);
	if (!facts->nodes.count)
		checks_add(report, "`ecdn-xdp node load FILE`",
			   "ping knows no nodes, so it answers nobody");
	else if (heard < facts->nodes.count)
		checks_add(report, "`ecdn-xdp node check`",
			   "%zu of %zu nodes were never heard from",
			   facts->nodes.count - heard, facts->nodes.count);
}

const struct checks_row check_ping_rows[] = {
	{ "ping", interfaces },
	{ "addresses", addresses },
	{ "nodes", nodes },
	{},
};
