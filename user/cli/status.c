// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "show/events.h"
#include "show/status_ping.h"
#include "guard/iterator.h"
#include "kernel/features.h"
#include "view/view_status.h"

#define PORTS_TEXT_SIZE 512

static bool has_port(const uint8_t bits[8192], unsigned int port)
{
	return port < 65536 && bits[port / 8] & 1 << port % 8;
}

/* Appends "PORT" or "PORT-PORT" with suffix for each run of ports that `in` holds. */
static void append_ports(char text[PORTS_TEXT_SIZE], const uint8_t in[8192], const char *suffix)
{
	for (unsigned int port = 0; port < 65536; port++) {
		unsigned int last = port;
		size_t used = strlen(text);

		if (!has_port(in, port))
			continue;
		while (has_port(in, last + 1))
			last++;
		used += snprintf(text + used, PORTS_TEXT_SIZE - used, "%s%u", used ? "," : "",
				 port);
		if (last > port && used < PORTS_TEXT_SIZE)
			used += snprintf(text + used, PORTS_TEXT_SIZE - used, "-%u", last);
		if (used < PORTS_TEXT_SIZE)
			snprintf(text + used, PORTS_TEXT_SIZE - used, "%s", suffix);
		port = last;
	}
}

static void ports_text(const struct view_status *view, char text[PORTS_TEXT_SIZE])
{
	const struct ecdn_xdp_protected_ports *ports = &view->ports;
	struct ecdn_xdp_protected_ports only;
	uint8_t both[8192];

	text[0] = 0;
	if (view->config.protect & ECDN_XDP_PROTECT_ALL) {
		strcpy(text, "all");
		return;
	}
	for (size_t i = 0; i < sizeof(both); i++) {
		both[i] = ports->tcp[i] & ports->udp[i];
		only.tcp[i] = ports->tcp[i] & ~both[i];
		only.udp[i] = ports->udp[i] & ~both[i];
	}
	append_ports(text, both, "");
	append_ports(text, only.tcp, "/tcp");
	append_ports(text, only.udp, "/udp");
}

static const char *attachment_state(const struct xdp_link *attachment)
{
	if (!attachment->ifindex)
		return "vanished";
	return attachment->mode == XDP_MODE_AUTO ? "attached elsewhere" :
	       xdp_link_mode_name(attachment->mode);
}

static void print_attachments(const struct view_status *view)
{
	for (unsigned int i = 0; i < view->attachment_count; i++) {
		const struct xdp_link *attachment = &view->attachments[i];

		printf("interface   %s: %s\n", attachment->iface, !attachment->ifindex ?
		       "vanished; `ecdn-xdp unload` it, or `load` it again when it is back" :
		       attachment->mode == XDP_MODE_AUTO ? "attached, in another network namespace" :
		       attachment_state(attachment));
	}
	if (!view->attachment_count)
		printf("interface   none\n");
}

static void print_features(const struct view_status *view, const char *pin_dir)
{
	printf("jumbo       %s\n", features_jumbo() ? "yes" :
	       "no: native mode takes frames of one page only, before Linux 5.18");
	if (view->has_iterator)
		printf("iterator    cat %s/" ITERATOR_PIN "\n", pin_dir);
	else
		printf("iterator    none: this kernel does not load BPF iterators\n");
}

static const char *steer_state(const struct view_status *view)
{
	if (!view->steer_attached)
		return "not attached";
	return view->steer_here ? "attached" : "attached, in another network namespace";
}

static void print_text(const struct view_status *view, const struct view_ping *ping,
		       const char *pin_dir)
{
	char ports[PORTS_TEXT_SIZE];

	ports_text(view, ports);
	print_attachments(view);
	printf("mode        %s\n", view->config.monitor ?
	       "monitor: counts what it would drop, drops nothing" : "enforce");
	printf("protect     %s\n", *ports ? ports : "nothing");
	printf("trusted     %u prefixes\n", view->config.trusted);
	printf("steer       %s\n", steer_state(view));
	status_ping_print(ping);
	printf("regions     %u of %u, table generation %llu, %llu IPv4 and %llu IPv6 ranges, "
	       "%u of %d lines\n", view->regions, view->config.max_regions,
	       view->table.generation, view->table.ranges_v4, view->table.ranges_v6,
	       view->table.lines, ECDN_XDP_TABLE_LINES);
	for (uint32_t i = 0; i < view->table.sources; i++)
		printf("source      %s\n", view->table.source[i]);
	printf("pins        %s, ABI %u\n", pin_dir, view->config.abi);
	print_features(view, pin_dir);
	for (const struct event_name *name = event_names; name->name; name++)
		if (event_count(&view->events, name))
			printf("passed      %lu %s: %s\n", event_count(&view->events, name),
			       name->name, name->meaning);
}

static json_t *attachments_json(const struct view_status *view)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < view->attachment_count; i++) {
		const struct xdp_link *attachment = &view->attachments[i];

		json_array_append_new(array, json_pack("{s:s, s:i, s:s}", "interface",
			attachment->iface, "ifindex", attachment->ifindex, "state",
			attachment_state(attachment)));
	}
	return array;
}

static json_t *table_json(const struct view_status *view)
{
	const struct ecdn_xdp_table_header *table = &view->table;
	json_t *sources = json_array();

	for (uint32_t i = 0; i < table->sources; i++)
		json_array_append_new(sources, json_string(table->source[i]) ?: json_null());
	return json_pack("{s:I, s:o, s:I, s:I, s:i, s:i, s:o}",
			 "generation", (json_int_t)table->generation,
			 "loaded_at", cli_json_time(table->loaded_at),
			 "ranges_v4", (json_int_t)table->ranges_v4,
			 "ranges_v6", (json_int_t)table->ranges_v6,
			 "lines", (int)table->lines, "max_lines", ECDN_XDP_TABLE_LINES,
			 "sources", sources);
}

static int print_json(const struct view_status *view, const struct view_ping *ping,
		      const char *pin_dir)
{
	char ports[PORTS_TEXT_SIZE];

	ports_text(view, ports);
	return cli_print_json(json_pack(
		"{s:s, s:i, s:o, s:s, s:s, s:i, s:{s:b, s:b}, s:o, s:i, s:i, s:o, s:{s:b, s:b}, "
		"s:o, s:o}",
		"pin_dir", pin_dir, "abi", (int)view->config.abi,
		"interfaces", attachments_json(view),
		"mode", view->config.monitor ? "monitor" : "enforce", "protect", ports,
		"trusted", (int)view->config.trusted,
		"steer", "attached", view->steer_attached, "here", view->steer_here,
		"ping", status_ping_json(ping),
		"regions", (int)view->regions,
		"max_regions", (int)view->config.max_regions,
		"table", table_json(view),
		"features", "jumbo", features_jumbo(), "iterator", view->has_iterator,
		"passed_unparsed", events_json(&view->events, EVENT_PASSED),
		"give_ups", events_json(&view->events, EVENT_GIVE_UP)));
}

static int print(const struct cli *cli, const struct view_status *view,
		 const struct view_ping *ping)
{
	if (cli->json)
		return print_json(view, ping, cli->pin_dir);
	print_text(view, ping, cli->pin_dir);
	return 0;
}

int cli_status(const struct verb *verb, int argc, char **argv)
{
	struct cli cli = {};
	struct view_status view;
	struct view_ping ping;
	int err, count = cli_read(&cli, verb, argc, argv, true, NULL, 0);

	if (count < 0)
		return count;
	if (count)
		return cli_usage(verb, "takes no words");
	err = view_status_read(&view, cli.pin_dir);
	if (err)
		return err;
	err = view_ping_read(&ping, cli.pin_dir);
	if (!err) {
		err = print(&cli, &view, &ping);
		view_ping_free(&ping);
	}
	view_status_free(&view);
	return err;
}
