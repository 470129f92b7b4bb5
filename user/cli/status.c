// SPDX-License-Identifier: BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "show/events.h"
#include "show/status_ping.h"
#include "guard/guard_part.h"
#include "view/snapshot.h"

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

static void ports_text(const struct snapshot *snapshot, char text[PORTS_TEXT_SIZE])
{
	const struct ecdn_xdp_protected_ports *ports = &snapshot->ports;
	struct ecdn_xdp_protected_ports only;
	uint8_t both[8192];

	text[0] = 0;
	if (snapshot->config.protect & ECDN_XDP_PROTECT_ALL) {
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

static const char *attachment_state(const struct attachment *attachment)
{
	if (!attachment->ifindex)
		return "vanished";
	return attachment->mode == ATTACH_AUTO ? "attached elsewhere" :
	       attach_mode_name(attachment->mode);
}

static void print_attachments(const struct snapshot *snapshot)
{
	for (unsigned int i = 0; i < snapshot->attachment_count; i++) {
		const struct attachment *attachment = &snapshot->attachments[i];

		printf("interface   %s: %s\n", attachment->iface, !attachment->ifindex ?
		       "vanished; `ecdn-xdp unload` it, or `load` it again when it is back" :
		       attachment->mode == ATTACH_AUTO ? "attached, in another network namespace" :
		       attachment_state(attachment));
	}
	if (!snapshot->attachment_count)
		printf("interface   none\n");
}

static void print_features(const struct snapshot *snapshot, const char *pin_dir)
{
	printf("jumbo       %s\n", features_probe().frags ? "yes" :
	       "no: native mode takes frames of one page only, before Linux 5.18");
	if (snapshot->has_iterator)
		printf("iterator    cat %s/" PINS_ITERATOR "\n", pin_dir);
	else
		printf("iterator    none: this kernel does not load BPF iterators\n");
}

static const char *steer_state(const struct snapshot *snapshot)
{
	if (!snapshot->steer_attached)
		return "not attached";
	return snapshot->steer_here ? "attached" : "attached, in another network namespace";
}

static void print_text(const struct snapshot *snapshot, const struct ping_view *ping,
		       const char *pin_dir)
{
	char ports[PORTS_TEXT_SIZE];

	ports_text(snapshot, ports);
	print_attachments(snapshot);
	printf("mode        %s\n", snapshot->config.monitor ?
	       "monitor: counts what it would drop, drops nothing" : "enforce");
	printf("protect     %s\n", *ports ? ports : "nothing");
	printf("trusted     %u prefixes\n", snapshot->config.trusted);
	printf("steer       %s\n", steer_state(snapshot));
	status_ping_print(ping);
	printf("regions     %u of %u, table generation %llu, %llu IPv4 and %llu IPv6 ranges, "
	       "%u of %d lines\n", snapshot->region_count, snapshot->config.max_regions,
	       snapshot->table.generation, snapshot->table.ranges_v4, snapshot->table.ranges_v6,
	       snapshot->table.lines, ECDN_XDP_TABLE_LINES);
	for (uint32_t i = 0; i < snapshot->table.sources; i++)
		printf("source      %s\n", snapshot->table.source[i]);
	printf("pins        %s, ABI %u\n", pin_dir, snapshot->config.abi);
	print_features(snapshot, pin_dir);
	for (const struct event_name *name = event_names; name->name; name++)
		if (event_count(&snapshot->events, name))
			printf("passed      %lu %s: %s\n", event_count(&snapshot->events, name),
			       name->name, name->meaning);
}

static json_t *attachments_json(const struct snapshot *snapshot)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < snapshot->attachment_count; i++) {
		const struct attachment *attachment = &snapshot->attachments[i];

		json_array_append_new(array, json_pack("{s:s, s:i, s:s}", "interface",
			attachment->iface, "ifindex", attachment->ifindex, "state",
			attachment_state(attachment)));
	}
	return array;
}

static json_t *table_json(const struct snapshot *snapshot)
{
	const struct ecdn_xdp_table_header *table = &snapshot->table;
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

static int print_json(const struct snapshot *snapshot, const struct ping_view *ping,
		      const char *pin_dir)
{
	char ports[PORTS_TEXT_SIZE];

	ports_text(snapshot, ports);
	return cli_print_json(json_pack(
		"{s:s, s:i, s:o, s:s, s:s, s:i, s:{s:b, s:b}, s:o, s:i, s:i, s:o, s:{s:b, s:b}, "
		"s:o, s:o}",
		"pin_dir", pin_dir, "abi", (int)snapshot->config.abi,
		"interfaces", attachments_json(snapshot),
		"mode", snapshot->config.monitor ? "monitor" : "enforce", "protect", ports,
		"trusted", (int)snapshot->config.trusted,
		"steer", "attached", snapshot->steer_attached, "here", snapshot->steer_here,
		"ping", status_ping_json(ping),
		"regions", (int)snapshot->region_count,
		"max_regions", (int)snapshot->config.max_regions,
		"table", table_json(snapshot),
		"features", "jumbo", features_probe().frags, "iterator", snapshot->has_iterator,
		"passed_unparsed", events_json(&snapshot->events, EVENT_PASSED),
		"give_ups", events_json(&snapshot->events, EVENT_GIVE_UP)));
}

static int print(const struct cli *cli, const struct snapshot *snapshot,
		 const struct ping_view *ping)
{
	if (cli->json)
		return print_json(snapshot, ping, cli->pin_dir);
	print_text(snapshot, ping, cli->pin_dir);
	return 0;
}

int cli_status(const struct verb *verb, int argc, char **argv)
{
	struct cli cli = {};
	struct snapshot snapshot;
	struct ping_view ping;
	int err, count = cli_read(&cli, verb, argc, argv, true, NULL, 0);

	if (count < 0)
		return count;
	if (count)
		return cli_usage(verb, "takes no words");
	err = snapshot_read(&snapshot, cli.pin_dir);
	if (err)
		return err;
	err = ping_view_read(&ping, cli.pin_dir);
	if (!err) {
		err = print(&cli, &snapshot, &ping);
		ping_view_free(&ping);
	}
	snapshot_free(&snapshot);
	return err;
}
