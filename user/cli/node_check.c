// SPDX-License-Identifier: BSD-2-Clause
/*
 * node_check.c - does the platform's ping reach this host? Which nodes were never
 * heard from, where ping is gone from, which addresses it does not know, and what to do
 * where the platform answers 529.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "show/drift.h"
#include "cli/node.h"
#include "show/columns.h"
#include "view/view_nodes.h"
#include "view/view_ping.h"

struct heard {
	size_t nodes;
	uint64_t last_ns;       /* 0: none was */
};

static struct heard count_heard(const struct view_nodes *nodes)
{
	struct heard heard = {};

	for (size_t i = 0; i < nodes->count; i++) {
		uint64_t last_ns = nodes->at[i].stats.last_seen_ns;

		heard.nodes += view_nodes_heard(&nodes->at[i]);
		if (last_ns > heard.last_ns)
			heard.last_ns = last_ns;
	}
	return heard;
}

static void print_silent(const struct view_nodes *nodes)
{
	static const char *const heads[] = { "<PREFIX", "<NAME", "<ADDED", NULL };
	struct columns *columns = columns_new(heads);
	char text[CIDR_TEXT_SIZE], time_text[CLI_TIME_SIZE];

	for (size_t i = 0; i < nodes->count; i++) {
		const struct view_node *node = &nodes->at[i];

		if (view_nodes_heard(node))
			continue;
		columns_cell(columns, "%s", cidr_format(&node->cidr, text));
		columns_cell(columns, "%s", node->name[0] ? node->name : "-");
		columns_cell(columns, "%s", cli_format_time(node->added_at, time_text));
	}
	columns_print(columns);
}

static void print_last(const struct view_nodes *nodes, const struct heard *heard)
{
	if (heard->nodes)
		printf("The last node was heard from %lus ago: the platform's ping reaches this host.\n",
		       clock_seconds_ago(&nodes->moment, heard->last_ns));
	else
		puts("No node was ever heard from: the platform's ping has not reached this host.");
}

static void print_meaning(const struct view_nodes *nodes, const struct heard *heard)
{
	printf("\n%zu of %zu nodes were never heard from: no ping of theirs came to an interface\n"
	       "where `ecdn-xdp load --ping` works. They did not send one, or something in front\n"
	       "of this host drops it.\n", nodes->count - heard->nodes, nodes->count);
	print_last(nodes, heard);
	puts("\nWhere the platform answers 529, it has no route to this origin:\n"
	     "- The origin blocks ping, so that route information cannot be had. Grant ping to\n"
	     "  the intermediate nodes in every firewall on the way; get the list of their\n"
	     "  addresses from the platform, and `ecdn-xdp node load` it.\n"
	     "- Or the domain is new: its route configuration takes effect after 5 to 10\n"
	     "  minutes. Confirm it before switching DNS.");
}

static void print_gone(const struct view_ping *ping)
{
	for (unsigned int i = 0; i < ping->attachment_count; i++)
		if (ping->attachments[i].state == TC_GONE)
			printf("Ping is gone from %s: `ecdn-xdp load --ping %s` puts it on again.\n",
			       ping->attachments[i].iface, ping->attachments[i].iface);
}

static json_t *gone_json(const struct view_ping *ping)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < ping->attachment_count; i++)
		if (ping->attachments[i].state == TC_GONE)
			json_array_append_new(array, json_string(ping->attachments[i].iface));
	return array;
}

static void print_text(const struct view_nodes *nodes, const struct heard *heard,
		       const struct view_ping *ping)
{
	print_gone(ping);
	if (!ping->attached)
		puts("Ping is on no interface, so that nobody is heard: `ecdn-xdp load --ping IFACE`.");
	drift_print(ping);
	if (!nodes->count) {
		puts("There are no nodes: get the list of their addresses from the platform, and\n"
		     "`ecdn-xdp node load` it.");
	} else if (heard->nodes == nodes->count) {
		printf("All nodes were heard from: %zu.\n", nodes->count);
		print_last(nodes, heard);
	} else {
		print_silent(nodes);
		print_meaning(nodes, heard);
	}
}

static int print_json(const struct view_nodes *nodes, const struct heard *heard,
		      const struct view_ping *ping)
{
	json_t *silent = json_array();
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < nodes->count; i++) {
		const struct view_node *node = &nodes->at[i];

		if (!view_nodes_heard(node))
			json_array_append_new(silent, json_pack("{s:s, s:s?, s:o}",
				"prefix", cidr_format(&node->cidr, text),
				"name", node->name[0] ? node->name : NULL,
				"added_at", cli_json_time(node->added_at)));
	}
	return cli_print_json(json_pack("{s:b, s:o, s:I, s:I, s:o, s:o, s:o, s:o}",
		"attached", ping->attached, "gone", gone_json(ping),
		"nodes", (json_int_t)nodes->count, "heard", (json_int_t)heard->nodes,
		"last_seen", cli_json_time(clock_epoch(&nodes->moment, heard->last_ns)),
		"never_heard", silent, "unknown_addresses", drift_json(ping, &ping->missing),
		"stale_addresses", drift_json(ping, &ping->stale)));
}

static bool works(const struct view_ping *ping)
{
	return ping->attached && !ping->gone && !ping->missing.count && !ping->stale.count;
}

static int check(const struct view_nodes *nodes, const char *pin_dir, bool json, bool exit_code)
{
	struct heard heard = count_heard(nodes);
	struct view_ping ping;
	bool all;
	int err = view_ping_read(&ping, pin_dir);

	if (err)
		return err;
	all = works(&ping) && nodes->count && heard.nodes == nodes->count;
	if (json)
		err = print_json(nodes, &heard, &ping);
	else
		print_text(nodes, &heard, &ping);
	view_ping_free(&ping);
	return err ?: exit_code && !all ? CLI_NO : 0;
}

int node_check(const char *pin_dir, bool json, bool exit_code)
{
	struct view_nodes nodes;
	int err = view_nodes_read(&nodes, pin_dir);

	if (err)
		return err;
	err = check(&nodes, pin_dir, json, exit_code);
	view_nodes_free(&nodes);
	return err;
}
