// SPDX-License-Identifier: BSD-2-Clause
#include "show/node_fields.h"

#include "show/drift.h"
#include "show/output.h"
#include "show/rate_fields.h"

#define AT(member) FIELD_AT(struct view_node, member)
#define CHECK_AT(member) FIELD_AT(struct node_fields_check_item, member)
#define LIST .in = NODE_FIELDS_LIST

#define RESULTS "ecdn_xdp_ping_requests_total"
#define RESULTS_HELP "Echo requests of a node to this host, by what became of them."

/* Which columns go first where a terminal is narrow. */
enum spare {
	SPARE_OVER = RATE_FIELDS_SPARE_CPS_CEILING + 1,
	SPARE_LAST,
	SPARE_BYTES,
	SPARE_FIRST,
};

static const char *prefix(const void *item, char room[FIELD_TEXT_SIZE])
{
	return cidr_format(&((const struct view_node *)item)->cidr, room);
}

static bool is_measured(const void *item)
{
	return ((const struct view_node *)item)->rate.measured;
}

const struct field node_fields[] = {
	{ FIELD_TEXT, "<PREFIX", "prefix", .text = prefix },
	{ FIELD_TEXT, "<NAME", "name", AT(name) },
	{ FIELD_TIME, "<ADDED", "added_at", .in = NODE_FIELDS_SILENT, AT(added_at) },
	{ FIELD_COUNT, ">REQUESTS", "requests", "ecdn_xdp_node_ping_requests_total", LIST,
	  .unit = "requests", .help = "Echo requests of one node.", AT(stats.requests) },
	{ FIELD_COUNT, ">ANSWERED", "answered", RESULTS, "result=\"answered\"",
	  .in = NODE_FIELDS_ANSWERED, .unit = "requests", .help = RESULTS_HELP,
	  AT(stats.answered) },
	{ FIELD_COUNT, ">PASSED", "passed", RESULTS, "result=\"passed\"",
	  .in = NODE_FIELDS_PASSED, .unit = "requests", .help = RESULTS_HELP, AT(passed) },
	{ FIELD_COUNT, ">OVER-RATE", "over_rate", RESULTS, "result=\"over_rate\"", LIST,
	  .rank = SPARE_OVER,
	  .unit = "requests", .help = RESULTS_HELP, AT(stats.over_rate) },
	{ FIELD_COUNT, ">BYTES", "bytes", LIST, .rank = SPARE_BYTES,
	  .unit = "bytes", AT(stats.bytes) },
	{ FIELD_AGO, ">FIRST-SEEN", "first_seen", LIST, .rank = SPARE_FIRST,
	  .unit = "seconds",
	  AT(stats.first_seen_ns) },
	{ FIELD_AGO, ">LAST-SEEN", "last_seen", "ecdn_xdp_node_last_ping_timestamp_seconds", LIST,
	  .rank = SPARE_LAST,
	  .unit = "seconds", .help = "When a node last pinged; 0 if never.",
	  AT(stats.last_seen_ns) },
	RATE_FIELDS(struct view_node, NODE_FIELDS_LIST, is_measured),
	{},
};

static json_t *gone(const void *item)
{
	const struct view_ping *ping = &((const struct node_fields_check_item *)item)->ping;
	json_t *array = json_array();

	for (unsigned int i = 0; i < ping->attachment_count; i++)
		if (ping->attachments[i].state == TC_GONE)
			json_array_append_new(array, output_string(ping->attachments[i].iface));
	return array;
}

static json_t *never_heard(const void *item)
{
	const struct view_nodes *nodes = &((const struct node_fields_check_item *)item)->nodes;
	const struct fields fields = { node_fields, NODE_FIELDS_SILENT, NULL };
	json_t *array = json_array();

	for (size_t i = 0; i < nodes->count; i++)
		if (!view_nodes_heard(&nodes->at[i]))
			json_array_append_new(array, fields_object(&fields, &nodes->at[i]));
	return array;
}

static json_t *unknown_addresses(const void *item)
{
	const struct view_ping *ping = &((const struct node_fields_check_item *)item)->ping;

	return drift_json(ping, &ping->missing);
}

static json_t *stale_addresses(const void *item)
{
	const struct view_ping *ping = &((const struct node_fields_check_item *)item)->ping;

	return drift_json(ping, &ping->stale);
}

const struct field node_fields_check[] = {
	{ FIELD_FLAG, .key = "attached", CHECK_AT(ping.attached) },
	{ FIELD_JSON, .key = "gone", .json = gone },
	{ FIELD_COUNT, .key = "nodes", .metric = "ecdn_xdp_nodes", .unit = "nodes",
	  .help = "Intermediate nodes on the list.", CHECK_AT(nodes.count) },
	{ FIELD_COUNT, .key = "heard", .metric = "ecdn_xdp_nodes_heard", .unit = "nodes",
	  .help = "Nodes that have pinged since the list named them.", CHECK_AT(heard) },
	{ FIELD_AGO, .key = "last_seen", .unit = "seconds", CHECK_AT(last_ns) },
	{ FIELD_JSON, .key = "never_heard", .json = never_heard },
	{ FIELD_JSON, .key = "unknown_addresses", .json = unknown_addresses },
	{ FIELD_JSON, .key = "stale_addresses", .json = stale_addresses },
	{},
};
