// SPDX-License-Identifier: BSD-2-Clause
#include "show/status_fields.h"

#include <grp.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/clock.h"
#include "kernel/features.h"
#include "show/drift.h"
#include "show/output.h"
#include "show/port_runs.h"

#define AT(member) FIELD_AT(struct status_fields_item, member)

static const struct status_fields_item *status_of(const void *item)
{
	return item;
}

const char *status_fields_ports(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_status *guard = &status_of(item)->guard;
	struct ecdn_xdp_protected_ports only;
	uint8_t both[8192];

	if (guard->config.protect & ECDN_XDP_PROTECT_ALL)
		return "all";
	room[0] = 0;
	for (size_t i = 0; i < sizeof(both); i++) {
		both[i] = guard->ports.tcp[i] & guard->ports.udp[i];
		only.tcp[i] = guard->ports.tcp[i] & ~both[i];
		only.udp[i] = guard->ports.udp[i] & ~both[i];
	}
	port_runs_append(room, both, "");
	port_runs_append(room, only.tcp, "/tcp");
	port_runs_append(room, only.udp, "/udp");
	return room;
}

static const char *state_of(const struct place *place, const char *vanished, const char *attached)
{
	switch (place->state) {
	case PLACE_HERE:
		return attached;
	case PLACE_ELSEWHERE:
		return "attached elsewhere";
	case PLACE_DETACHED:
		return "detached";
	case PLACE_BACK:
		return "back";
	case PLACE_VANISHED:
		break;
	}
	return vanished;
}

const char *status_fields_group(const void *item, char room[FIELD_TEXT_SIZE])
{
	gid_t group = status_of(item)->guard.proxy_group;
	const struct group *found = group == (gid_t)-1 ? NULL : getgrgid(group);

	if (group == (gid_t)-1)
		return NULL;
	snprintf(room, FIELD_TEXT_SIZE, "%s", found ? found->gr_name : "");
	if (!found)
		snprintf(room, FIELD_TEXT_SIZE, "%u", group);
	return room;
}

const char *status_fields_guard_state(const struct xdp_link *attachment)
{
	return state_of(&attachment->place, "vanished", xdp_link_mode_name(attachment->mode));
}

const char *status_fields_ping_state(const struct tc_link *attachment)
{
	return state_of(&attachment->place, "gone", tc_link_kind_name(attachment->kind));
}

/* Today's name where it is known; else the one that it was loaded by. */
static json_t *interface(const struct place *place, const char *pin, int ifindex,
			 const char *state)
{
	const char *former = place_former(place, pin);

	return json_pack("{s:o, s:o?, s:i, s:s}", "interface",
			 output_string(former ? place->now : pin), "former",
			 former ? output_string(former) : NULL, "ifindex", ifindex, "state", state);
}

static json_t *guard_interfaces(const void *item)
{
	const struct view_status *guard = &status_of(item)->guard;
	json_t *array = json_array();

	for (unsigned int i = 0; i < guard->attachment_count; i++) {
		const struct xdp_link *at = &guard->attachments[i];

		json_array_append_new(array, interface(&at->place, at->iface, at->ifindex,
						       status_fields_guard_state(at)));
	}
	return array;
}

static json_t *ping_interfaces(const void *item)
{
	const struct view_ping *ping = &status_of(item)->ping;
	json_t *array = json_array();

	for (unsigned int i = 0; i < ping->attachment_count; i++) {
		const struct tc_link *at = &ping->attachments[i];

		json_array_append_new(array, interface(&at->place, at->iface, at->ifindex,
						       status_fields_ping_state(at)));
	}
	return array;
}

static bool has_guard(const void *item)
{
	return status_of(item)->guard.guard;
}

static const char *pin_dir(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return status_of(item)->pin_dir;
}

static uint64_t is_off(const void *item)
{
	return status_of(item)->guard.config.off;
}

static uint64_t is_guarded(const void *item)
{
	return !status_of(item)->guard.config.unguarded;
}

static const char *mode(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return status_of(item)->guard.config.monitor ? "monitor" : "enforce";
}

char *status_fields_armed(const struct view_armed_at *at, char room[FIELD_TEXT_SIZE])
{
	char text[ADDRESS_TEXT_SIZE];
	struct address address;

	address_from_bytes(&address, address_family(at->key.family), at->key.addr);
	snprintf(room, FIELD_TEXT_SIZE, at->key.family == 4 ? "%s:%u" : "[%s]:%u",
		 address_format(&address, text), at->key.port);
	return room;
}

static json_t *armed(const void *item)
{
	const struct view_armed *view = &status_of(item)->guard.armed;
	json_t *array = json_array();

	for (unsigned int i = 0; i < view->count; i++) {
		const struct view_armed_at *at = &view->at[i];
		char room[FIELD_TEXT_SIZE];

		json_array_append_new(array, json_pack("{s:s, s:s, s:I, s:I, s:I}",
				"address", status_fields_armed(at, room),
				"state", view_armed_name(at->state),
				"found", (json_int_t)at->counts.found,
				"missed_known", (json_int_t)at->counts.missed_known,
				"missed", (json_int_t)at->counts.missed));
	}
	return array;
}

static uint64_t proven(const void *item)
{
	return !status_of(item)->guard.unproven;
}

static const char *proven_why(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return status_of(item)->guard.unproven;
}

/* How long what is above a ceiling is not dropped yet. */
static uint64_t drop_in_ns(const void *item)
{
	uint64_t from_ns = status_of(item)->guard.config.ceiling_from_ns;
	uint64_t now_ns = clock_monotonic_ns();

	return from_ns > now_ns ? from_ns - now_ns : 0;
}

static bool has_agent(const void *item)
{
	return status_of(item)->guard.agent.pid;
}

static uint64_t agent_since(const void *item)
{
	struct clock_moment now = clock_now();

	return clock_epoch(&now, status_of(item)->guard.agent.since_ns);
}

static const char *agent_metrics(const void *item, char room[FIELD_TEXT_SIZE])
{
	const char *at = status_of(item)->guard.agent.said;

	(void)room;
	return *at ? at : NULL;
}

static bool has_capture(const void *item)
{
	return status_of(item)->guard.captures;
}

static uint64_t capture_since(const void *item)
{
	const struct lock_holder *holder = &status_of(item)->guard.capture;
	struct clock_moment now = clock_now();

	return holder->pid ? clock_epoch(&now, holder->since_ns) : 0;
}

const struct field status_fields_guard[] = {
	{ FIELD_TEXT, .key = "pin_dir", .text = pin_dir },
	{ FIELD_COUNT, .key = "agent.pid", AT(guard.agent.pid), .present = has_agent },
	{ FIELD_TIME, .key = "agent.since", .number = agent_since, .present = has_agent },
	{ FIELD_TEXT, .key = "agent.metrics", .text = agent_metrics, .present = has_agent },
	{ FIELD_COUNT, .key = "abi", AT(guard.config.abi) },
	{ FIELD_JSON, .key = "interfaces", .json = guard_interfaces },
	{ FIELD_FLAG, .key = "off", .number = is_off },
	{ FIELD_FLAG, .key = "guarded", .number = is_guarded, .present = has_guard },
	{ FIELD_TEXT, .key = "mode", .text = mode, .present = has_guard },
	{ FIELD_TEXT, .key = "protect", .text = status_fields_ports, .present = has_guard },
	{ FIELD_FLAG, .key = "proven.on", .number = proven, .present = has_guard },
	{ FIELD_TEXT, .key = "proven.why", .text = proven_why, .present = has_guard },
	{ FIELD_JSON, .key = "proven.armed", .json = armed, .present = has_guard },
	{ FIELD_COUNT, .key = "capture.pid", AT(guard.capture.pid), .present = has_capture },
	{ FIELD_TIME, .key = "capture.since", .number = capture_since, .present = has_capture },
	{ FIELD_FLAG, .key = "requests_frozen", AT(guard.requests_frozen), .present = has_guard },
	{ FIELD_TEXT, .key = "proxy_group", .text = status_fields_group, .present = has_guard },
	{ FIELD_COUNT, .key = "trusted", .unit = "prefixes", AT(guard.config.trusted) },
	{ FIELD_COUNT, .key = "nodes", .unit = "prefixes", AT(guard.nodes) },
	{ FIELD_COUNT, .key = "allowed", .unit = "prefixes", AT(guard.allowed) },
	{ FIELD_RATE, .key = "ceilings.node_pps", .unit = "packets/s", .present = has_guard,
	  AT(guard.config.node_pps) },
	{ FIELD_RATE, .key = "ceilings.node_cps", .unit = "connections/s", .present = has_guard,
	  AT(guard.config.node_cps) },
	{ FIELD_RATE, .key = "ceilings.allow_pps", .unit = "packets/s", .present = has_guard,
	  AT(guard.config.allow_pps) },
	{ FIELD_RATE, .key = "ceilings.allow_cps", .unit = "connections/s", .present = has_guard,
	  AT(guard.config.allow_cps) },
	{ FIELD_DURATION, .key = "ceilings.drop_in", .unit = "seconds", .present = has_guard,
	  .number = drop_in_ns },
	{ FIELD_FLAG, .key = "steer.attached", AT(guard.steer_attached) },
	{ FIELD_FLAG, .key = "steer.here", AT(guard.steer_here) },
	{ FIELD_FLAG, .key = "steer.finds_listeners", AT(guard.steer_hooked) },
	{},
};

static double always(const void *item, const struct clock_moment *moment)
{
	(void)item;
	(void)moment;
	return 1;
}

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

const struct field status_fields_metrics[] = {
	{ FIELD_COUNT, .metric = "ecdn_xdp_build_info",
	  .label = "version=\"" ECDN_XDP_VERSION "\",abi=\"" TEXT(ECDN_XDP_ABI) "\"",
	  .unit = "constant", .help = "Always 1; the version of ecdn-xdp and the maps' ABI.",
	  .measure = always },
	{ FIELD_FLAG, .metric = "ecdn_xdp_guard_loaded", .unit = "flag",
	  .help = "1 if the guard's pinned maps are there and of this ABI, 0 if not.",
	  AT(guard.guard) },
	{ FIELD_FLAG, .metric = "ecdn_xdp_monitor_mode", .unit = "flag",
	  .help = "1 while drops are only counted, 0 while they are done.",
	  AT(guard.config.monitor), .present = has_guard },
	{ FIELD_FLAG, .metric = "ecdn_xdp_proven", .unit = "flag",
	  .help = "1 while regions are limited by what is proven, 0 while by what arrives, or by "
		  "nothing as the program's link or cgroup is gone.",
	  .number = proven, .present = has_guard },
	{ FIELD_COUNT, .metric = "ecdn_xdp_config_generation",
	  .help = "Number of changes of settings and limits since the first load.",
	  AT(guard.config.generation), .present = has_guard },
	{ FIELD_FLAG, .metric = "ecdn_xdp_steer_attached", .unit = "flag",
	  .help = "1 while connections of limited and blocked regions can be steered.",
	  AT(guard.steer_attached), .present = has_guard },
	{},
};

const struct field status_fields_interface[] = {
	{ FIELD_FLAG, .metric = "ecdn_xdp_interface_attached", .unit = "flag",
	  .help = "1 while the program is attached to the interface.",
	  FIELD_AT(struct status_fields_interface, attached) },
	{},
};

static const char *ping_mode(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return ping_request_mode_name(status_of(item)->ping.config.mode);
}

static json_t *unknown_addresses(const void *item)
{
	return drift_json(&status_of(item)->ping, &status_of(item)->ping.missing);
}

static json_t *stale_addresses(const void *item)
{
	return drift_json(&status_of(item)->ping, &status_of(item)->ping.stale);
}

const struct field status_fields_ping[] = {
	{ FIELD_JSON, .key = "interfaces", .json = ping_interfaces },
	{ FIELD_TEXT, .key = "mode", .text = ping_mode },
	{ FIELD_FLAG, .key = "only_nodes", AT(ping.config.only_nodes) },
	{ FIELD_RATE, .key = "rate", .unit = "requests/s", AT(ping.config.rate) },
	{ FIELD_COUNT, .key = "burst", .unit = "requests", AT(ping.config.burst) },
	{ FIELD_COUNT, .key = "ttl", AT(ping.config.ttl) },
	{ FIELD_COUNT, .key = "hop_limit", AT(ping.config.hop_limit) },
	{ FIELD_COUNT, .key = "addresses", .unit = "addresses", AT(ping.addresses) },
	{ FIELD_JSON, .key = "unknown_addresses", .json = unknown_addresses },
	{ FIELD_JSON, .key = "stale_addresses", .json = stale_addresses },
	{},
};

static uint64_t max_lines(const void *item)
{
	(void)item;
	return ECDN_XDP_TABLE_LINES_MAX;
}

static json_t *sources(const void *item)
{
	const struct view_status *guard = &status_of(item)->guard;
	json_t *array = json_array();

	for (uint32_t i = 0; i < guard->table.sources; i++)
		json_array_append_new(array, output_string(guard->source[i]));
	return array;
}

static json_t *kernel_features(const void *item)
{
	json_t *object = json_object();

	for (unsigned int i = 0; features[i].name; i++)
		json_object_set_new(object, features[i].name,
				    json_boolean(status_of(item)->guard.features & 1U << i));
	return object;
}

#define RANGES "ecdn_xdp_region_table_ranges"
#define RANGES_HELP "Ranges of addresses with one region in the table."

const struct field status_fields_table[] = {
	{ FIELD_COUNT, .key = "regions", .metric = "ecdn_xdp_regions", .unit = "regions",
	  .help = "Region ids in use.", AT(guard.regions), .present = has_guard },
	{ FIELD_COUNT, .key = "max_regions", .unit = "regions", AT(guard.config.max_regions),
	  .present = has_guard },
	{ FIELD_COUNT, .key = "table.generation", .metric = "ecdn_xdp_region_table_generation",
	  .help = "Generation of the region table in use.", AT(guard.table.generation),
	  .present = has_guard },
	{ FIELD_TIME, .key = "table.loaded_at", .unit = "seconds",
	  .metric = "ecdn_xdp_region_table_loaded_timestamp_seconds",
	  .help = "When the region table in use was loaded.", AT(guard.table.loaded_at),
	  .present = has_guard },
	{ FIELD_COUNT, .key = "table.ranges_v4", .metric = RANGES, .label = "family=\"ipv4\"",
	  .unit = "ranges", .help = RANGES_HELP, AT(guard.table.ranges_v4),
	  .present = has_guard },
	{ FIELD_COUNT, .key = "table.ranges_v6", .metric = RANGES, .label = "family=\"ipv6\"",
	  .unit = "ranges", .help = RANGES_HELP, AT(guard.table.ranges_v6),
	  .present = has_guard },
	{ FIELD_COUNT, .key = "table.lines", .unit = "lines", AT(guard.table.lines),
	  .present = has_guard },
	{ FIELD_COUNT, .key = "table.max_lines", .unit = "lines", .number = max_lines,
	  .present = has_guard },
	{ FIELD_JSON, .key = "table.sources", .json = sources, .present = has_guard },
	{ FIELD_JSON, .key = "features", .json = kernel_features },
	{ FIELD_FLAG, .key = "features.iterator", AT(guard.has_iterator) },
	{},
};
