// SPDX-License-Identifier: BSD-2-Clause
#include "show/steer_fields.h"

#include <netinet/in.h>
#include <stdio.h>

#include "show/output.h"
#include "view/view_steer.h"

#define AT(member) FIELD_AT(struct view_listener, member)

static const struct view_listener *view_of(const void *item)
{
	return item;
}

static const char *port(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct steer_rule *rule = &view_of(item)->rule;

	return steer_rule_format_port(rule->port, rule->protocol, room);
}

static const char *protocol(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_of(item)->rule.protocol == IPPROTO_UDP ? "udp" : "tcp";
}

static const char *listener(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct steer_rule *rule = &view_of(item)->rule;

	return listener_format(&rule->listener, rule->listener_port, room);
}

static const char *family(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_of(item)->rule.listener.family == AF_INET ? "ipv4" : "ipv6";
}

static const char *state(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_steer_state_name(view_of(item)->state);
}

/* "nginx[812]", and how many more there are. */
static const char *process(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct holder *first = view_of(item)->holders;
	unsigned int count = view_of(item)->holder_count;
	int length;

	if (!count)
		return NULL;
	length = snprintf(room, FIELD_TEXT_SIZE, "%s[%d]", first->name, first->pid);
	if (count > 1)
		snprintf(room + length, FIELD_TEXT_SIZE - length, "+%u", count - 1);
	return room;
}

static json_t *processes(const void *item)
{
	const struct view_listener *view = item;
	json_t *array = json_array();

	for (unsigned int i = 0; i < view->holder_count; i++)
		json_array_append_new(array, json_pack("{s:i, s:o}", "pid", view->holders[i].pid,
			"name", output_string(view->holders[i].name)));
	return array;
}

static json_t *serves(const void *item)
{
	const struct view_listener *view = item;
	json_t *array = json_array();

	if (view->v4.served)
		json_array_append_new(array, json_string("ipv4"));
	if (view->v6.served)
		json_array_append_new(array, json_string("ipv6"));
	return array;
}

static bool is_v4(const void *item)
{
	return view_of(item)->rule.listener.family == AF_INET;
}

static bool is_v6(const void *item)
{
	return !is_v4(item);
}

static bool own_v4(const void *item)
{
	return view_of(item)->v4.own;
}

static bool own_v6(const void *item)
{
	return view_of(item)->v6.own;
}

static uint64_t fallen_back_v4(const void *item)
{
	return view_of(item)->v4.stats.no_socket + view_of(item)->v4.stats.refused;
}

static uint64_t fallen_back_v6(const void *item)
{
	return view_of(item)->v6.stats.no_socket + view_of(item)->v6.stats.refused;
}

/* TCP connections that were established at the listener; where these are not reported, and of
 * UDP, look-ups that came to it. */
#define STEERED(column, object, view) \
	{ FIELD_COUNT, column, object ".steered", "ecdn_xdp_steer_connections_total", \
	  "family=\"" object "\"", .unit = "connections", \
	  .help = "Connections of limited and blocked regions that the listener got.", \
	  .present = own_##view, AT(view.stats.steered) }

/* A look-up of a listener for a new connection, by what came of it instead. */
#define LOOKUP(column, object, view, result) \
	{ FIELD_COUNT, column, object "." #result, "ecdn_xdp_steer_lookups_total", \
	  "family=\"" object "\",result=\"" #result "\"", .unit = "connections", \
	  .help = "Look-ups of a listener for connections of limited and blocked regions that " \
		  "did not go there, by the reason: no_socket, none of the listener's " \
		  "sockets was open; refused, it does not serve the family; would_steer, " \
		  "monitor mode.", .present = own_##view, AT(view.stats.result) }

#define SOCKETS(name, is_family) \
	{ FIELD_COUNT, .metric = "ecdn_xdp_steer_sockets", .label = "family=\"" name "\"", \
	  .unit = "sockets", \
	  .help = "Open sockets of the listener that connections are steered to.", \
	  .present = is_family, AT(sockets) }

/* spare: the rank of what fell back, where a terminal is narrow. */
#define FAMILY(digit, object, view, spare) \
	STEERED(">STEERED" digit, object, view), \
	{ FIELD_COUNT, ">FALLEN-BACK" digit, .rank = spare, .unit = "connections", \
	  .present = own_##view, .number = fallen_back_##view }, \
	LOOKUP(NULL, object, view, no_socket), \
	LOOKUP(NULL, object, view, refused), \
	LOOKUP(NULL, object, view, would_steer)

const struct field steer_fields[] = {
	{ FIELD_TEXT, "<PORT", .text = port },
	{ FIELD_COUNT, .key = "port", AT(rule.port) },
	{ FIELD_TEXT, .key = "protocol", .text = protocol },
	{ FIELD_TEXT, "<LISTENER", "listener", .text = listener },
	{ FIELD_TEXT, .key = "family", .text = family },
	{ FIELD_TEXT, "<PROCESS", .rank = 3, .text = process },
	{ FIELD_JSON, .key = "processes", .json = processes },
	{ FIELD_COUNT, .key = "sockets", .unit = "sockets", AT(sockets) },
	SOCKETS("ipv4", is_v4),
	SOCKETS("ipv6", is_v6),
	{ FIELD_TEXT, "<STATE", "state", .text = state },
	{ FIELD_FLAG, .key = "refresh", AT(waits) },
	{ FIELD_JSON, .key = "serves", .json = serves },
	FAMILY("4", "ipv4", v4, 1),
	FAMILY("6", "ipv6", v6, 2),
	{},
};
