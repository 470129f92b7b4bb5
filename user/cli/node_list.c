// SPDX-License-Identifier: BSD-2-Clause
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/node.h"
#include "show/columns.h"
#include "view/view_nodes.h"
#include "view/view_pins.h"

static void cell_ago(struct columns *columns, const struct view_nodes *nodes, uint64_t ns)
{
	if (ns)
		columns_cell(columns, "%lus ago", clock_seconds_ago(&nodes->moment, ns));
	else
		columns_cell(columns, "never");
}

static void print_text(const struct view_nodes *nodes)
{
	static const char *const heads[] = {
		"<PREFIX", "<NAME", ">REQUESTS", ">ANSWERED", ">OVER-RATE", ">BYTES",
		">FIRST-SEEN", ">LAST-SEEN", NULL
	};
	struct columns *columns = columns_new(heads);
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < nodes->count; i++) {
		const struct view_node *node = &nodes->at[i];
		const struct ecdn_xdp_node_stats *stats = &node->stats;

		columns_cell(columns, "%s", cidr_format(&node->cidr, text));
		columns_cell(columns, "%s", node->name[0] ? node->name : "-");
		columns_cell(columns, "%llu", stats->requests);
		columns_cell(columns, "%llu", stats->answered);
		columns_cell(columns, "%llu", stats->over_rate);
		columns_cell(columns, "%llu", stats->bytes);
		cell_ago(columns, nodes, stats->first_seen_ns);
		cell_ago(columns, nodes, stats->last_seen_ns);
	}
	columns_print(columns);
}

static json_t *node_json(const struct view_nodes *nodes, const struct view_node *node)
{
	const struct ecdn_xdp_node_stats *stats = &node->stats;
	char text[CIDR_TEXT_SIZE];

	return json_pack("{s:s, s:s?, s:I, s:I, s:I, s:I, s:o, s:o}",
			 "prefix", cidr_format(&node->cidr, text),
			 "name", node->name[0] ? node->name : NULL,
			 "requests", (json_int_t)stats->requests,
			 "answered", (json_int_t)stats->answered,
			 "over_rate", (json_int_t)stats->over_rate,
			 "bytes", (json_int_t)stats->bytes,
			 "first_seen", cli_json_time(clock_epoch(&nodes->moment, stats->first_seen_ns)),
			 "last_seen", cli_json_time(clock_epoch(&nodes->moment, stats->last_seen_ns)));
}

static int print_json(const struct view_nodes *nodes)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nodes->count; i++)
		json_array_append_new(array, node_json(nodes, &nodes->at[i]));
	return cli_print_json(json_pack("{s:o}", "nodes", array));
}

int node_list(const char *pin_dir, bool json)
{
	struct view_nodes nodes;
	int err = view_nodes_read(&nodes, pin_dir);

	if (err)
		return err;
	if (json)
		err = print_json(&nodes);
	else
		print_text(&nodes);
	view_nodes_free(&nodes);
	return err;
}

int node_list_as(const char *pin_dir, const char *format)
{
	struct trusted_list list = {};
	int err = view_pins_trusted(pin_dir, &list);

	if (!err)
		node_format_print(stdout, format, &list);
	trusted_free(&list);
	return err;
}
