// SPDX-License-Identifier: BSD-2-Clause
#include "cli/node_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "check/check_ping.h"
#include "cli/cli.h"
#include "show/drift.h"
#include "show/node_fields.h"
#include "show/output.h"

static void count_heard(struct node_fields_check_item *check)
{
	check->heard = check->last_ns = 0;
	for (size_t i = 0; i < check->nodes.count; i++) {
		uint64_t last_ns = check->nodes.at[i].stats.last_seen_ns;

		check->heard += view_nodes_heard(&check->nodes.at[i]);
		if (last_ns > check->last_ns)
			check->last_ns = last_ns;
	}
}

static int print_silent(const struct view_nodes *nodes)
{
	const struct fields fields = { node_fields, NODE_FIELDS_SILENT, NULL };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (size_t i = 0; i < nodes->count; i++)
		if (!view_nodes_heard(&nodes->at[i]))
			fields_cells(&fields, &nodes->at[i], columns);
	return columns_print(columns);
}

static void print_last(const struct node_fields_check_item *check)
{
	if (check->heard)
		printf("The last node was heard from %lus ago: the platform's ping reaches this "
		       "host.\n",
		       clock_seconds_ago(&check->nodes.moment, check->last_ns));
	else
		puts("No node was ever heard from: the platform's ping has not reached this host.");
}

static void print_meaning(const struct node_fields_check_item *check)
{
	printf("\n%zu of %zu nodes were never heard from: no ping of theirs came to an interface\n"
	       "where `ecdn-xdp load --ping` works. They did not send one, or something in front\n"
	       "of this host drops it.\n", check->nodes.count - check->heard,
	       check->nodes.count);
	print_last(check);
	puts("\nWhere the platform answers 529, it has no route to this origin:\n"
	     "- The origin blocks ping, so that route information cannot be had. Grant ping to\n"
	     "  the intermediate nodes in every firewall on the way; get the list of their\n"
	     "  addresses from the platform, and `ecdn-xdp node load` it.\n"
	     "- Or the domain is new: its route configuration takes effect after 5 to 10\n"
	     "  minutes. Confirm it before switching DNS.");
}

static void print_gone(const struct view_ping *ping)
{
	for (unsigned int i = 0; i < ping->attachment_count; i++) {
		const struct tc_link *at = &ping->attachments[i];
		const char *now = *at->place.now ? at->place.now : at->iface;
		char text[PLACE_TEXT_SIZE];

		if (at->state == TC_GONE)
			output_line("Ping is gone from %s: `ecdn-xdp load --ping %s` puts it on "
				    "again.", place_name(&at->place, at->iface, text), now);
	}
}

static int print_text(const struct node_fields_check_item *check)
{
	const struct view_ping *ping = &check->ping;
	size_t count = check->nodes.count;

	print_gone(ping);
	/* Nobody is heard then, whatever else there is to tell of nodes. */
	if (!ping->attached) {
		puts("Ping is on no interface, so that nobody is heard: `ecdn-xdp load --ping "
		     "IFACE`.");
		return 0;
	}
	drift_print(ping);
	if (!count) {
		puts("There are no nodes: get the list of their addresses from the platform, and\n"
		     "`ecdn-xdp node load` it.");
		return 0;
	}
	if (check->heard == count) {
		printf("All nodes were heard from: %zu.\n", count);
		print_last(check);
		return 0;
	}
	if (print_silent(&check->nodes))
		return -ENOMEM;
	print_meaning(check);
	return 0;
}

static int print_json(const struct node_fields_check_item *check)
{
	const struct fields fields = { node_fields_check, 0, &check->nodes.moment };

	return output_json(fields_object(&fields, check));
}

static bool all_is_well(const struct node_fields_check_item *check)
{
	const struct checks_facts facts = { .ping = check->ping, .nodes = check->nodes };
	struct checks_report report = {};

	checks_run_rows(check_ping_rows, &facts, &report);
	free(report.at);
	return check->ping.attached && !report.count && !report.failed;
}

int node_check(const char *pin_dir, bool json, bool exit_code)
{
	struct node_fields_check_item check;
	int err = view_nodes_read(&check.nodes, pin_dir);

	if (err)
		return err;
	err = view_ping_read(&check.ping, pin_dir);
	if (!err) {
		count_heard(&check);
		err = json ? print_json(&check) : print_text(&check);
		if (!err && exit_code && !all_is_well(&check))
			err = CLI_NO;
		view_ping_free(&check.ping);
	}
	view_nodes_free(&check.nodes);
	return err;
}
