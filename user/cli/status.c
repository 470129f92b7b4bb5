// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "attach/cgroup_open.h"
#include "check/check_all.h"
#include "cli/cli.h"
#include "cli/status_shared.h"
#include "guard/iterator.h"
#include "kernel/features.h"
#include "show/event_fields.h"
#include "show/observer_fields.h"
#include "show/output.h"
#include "show/status_fields.h"
#include "show/status_summary.h"
#include "view/view_off.h"
#include "view/view_pins.h"
#include "view/view_steer.h"

/* What there is to say of an interface; `load` is the command that attaches the program. */
static void print_interface(const char *head, const struct place *place, const char *pin,
			    const char *state, const char *without, const char *load)
{
	char text[PLACE_TEXT_SIZE];
	const char *now = place->now;

	place_name(place, pin, text);
	switch (place->state) {
	case PLACE_HERE:
		output_line("%-11s %s: %s", head, text, state);
		return;
	case PLACE_ELSEWHERE:
		output_line("%-11s %s: attached, in another network namespace", head, text);
		return;
	case PLACE_DETACHED:
		output_line("%-11s %s: detached by somebody, %s: `%s %s`", head, text, without,
			    load, now);
		return;
	case PLACE_BACK:
		output_line("%-11s %s: is back, %s: `%s %s`", head, text, without, load, now);
		return;
	case PLACE_VANISHED:
		output_line("%-11s %s: vanished; `ecdn-xdp unload %s`, or `%s %s` when it is back",
			    head, text, pin, load, pin);
		return;
	}
}

static void print_attachments(const struct view_status *guard)
{
	for (unsigned int i = 0; i < guard->attachment_count; i++) {
		const struct xdp_link *at = &guard->attachments[i];

		print_interface("interface", &at->place, at->iface,
				status_fields_guard_state(at), "unguarded", "ecdn-xdp load");
	}
	if (!guard->guard)
		printf("guard       not loaded\n");
	else if (!guard->attachment_count)
		printf("interface   none: proxies refuse nobody, and nothing is steered\n");
}

static const char *steer_state(const struct view_status *guard)
{
	if (!guard->steer_attached)
		return "not attached";
	if (!guard->steer_here)
		return "attached, in another network namespace";
	return guard->steer_hooked ? "attached; takes listeners of root, of --user or "
	       "steer_user, and of who serves the port" : "attached; listeners that have started "
	       "since need `ecdn-xdp steer refresh`, as this host does not report them";
}

static void print_steer(const struct status_fields_item *status)
{
	const struct view_status *guard = &status->guard;
	struct view_steer steer;

	printf("steer       %s\n", steer_state(guard));
	if (guard->steer_hooked && guard->steer_cgroup != CGROUP_ROOT_INODE)
		printf("            finds those alone of the cgroup with inode %llu\n",
		       (unsigned long long)guard->steer_cgroup);
	if (!guard->guard || !guard->steer_here || view_steer_read(&steer, status->pin_dir))
		return;
	if (view_steer_waits(&steer))
		printf("            listeners wait for `ecdn-xdp steer refresh`\n");
	view_steer_free(&steer);
}

static void print_ping_settings(const struct view_ping *ping)
{
	const struct ecdn_xdp_ping_config *config = &ping->config;

	printf("ping        %s nodes' requests", ping_request_mode_name(config->mode));
	if (config->rate)
		printf(", up to %llu/s of each, burst %llu", config->rate, config->burst);
	else
		printf(", however many");
	printf("; those of others are %s\n", config->only_nodes ? "dropped" : "left to the host");
	printf("ping        knows %u addresses of this host", ping->addresses);
	if (ping->missing.count)
		printf(", but not %u that it has now", ping->missing.count);
	if (ping->stale.count)
		printf(", and %u that it has no longer", ping->stale.count);
	puts(ping->missing.count || ping->stale.count ? ": `ecdn-xdp load --ping`" : "");
}

static void print_ping(const struct view_ping *ping)
{
	const struct fields events = { event_fields_ping, 0, NULL };

	for (unsigned int i = 0; i < ping->attachment_count; i++) {
		const struct tc_link *at = &ping->attachments[i];

		print_interface("ping", &at->place, at->iface, status_fields_ping_state(at),
				"without ping", "ecdn-xdp load --ping");
	}
	if (!ping->attachment_count) {
		printf("ping        %s\n", ping->loaded ? "not attached" : "not loaded");
		return;
	}
	print_ping_settings(ping);
	fields_print_counts(&events, &ping->events, "events", "ping");
}

static void print_table(const struct view_status *guard)
{
	const struct ecdn_xdp_table_header *table = &guard->table;

	printf("regions     %u of %u, table generation %llu, %llu IPv4 and %llu IPv6 ranges, "
	       "%u of %d lines\n", guard->regions, guard->config.max_regions, table->generation,
	       table->ranges_v4, table->ranges_v6, table->lines, ECDN_XDP_TABLE_LINES_MAX);
	for (uint32_t i = 0; i < table->sources; i++)
		output_line("source      %s", guard->source[i]);
}

static void print_features(const struct view_status *guard)
{
	for (unsigned int i = 0; features[i].name; i++) {
		const struct feature *row = &features[i];

		if (guard->features & 1U << i)
			printf("%-11s yes\n", row->name);
		else
			printf("%-11s no: %s, before Linux %s\n", row->name, row->without,
			       row->since);
	}
}

static void print_iterator(const struct status_fields_item *status)
{
	if (status->guard.has_iterator)
		output_line("iterator    cat %s/" ITERATOR_PIN, status->pin_dir);
	else
		printf("iterator    none: this kernel does not load BPF iterators\n");
}

static void print_guard(const struct status_fields_item *status)
{
	char room[FIELD_TEXT_SIZE];
	const char *ports = status_fields_ports(status, room);
	char group_room[FIELD_TEXT_SIZE];
	const char *group = status_fields_group(status, group_room);

	printf("mode        %s\n", status->guard.config.off ?
	       status->guard.config.monitor_wanted ? "off, and monitor once it is on again" :
	       "off, and enforce once it is on again" : status->guard.config.monitor ?
	       "monitor: counts what it would drop, drops nothing" : "enforce");
	printf("protect     %s\n", *ports ? ports : "nothing");
	if (group)
		output_line("proxies     root's and those of group %s count requests", group);
	else
		printf("proxies     root's alone count requests: `ecdn-xdp load --proxy-group "
		       "GROUP` lets others\n");
	if (status->guard.requests_frozen)
		output_line("requests    not counted by proxies that are started from now on: "
			    "%s/request_stats is frozen; `ecdn-xdp load` replaces it",
			    status->pin_dir);
}

static void print_armed(const struct view_armed *armed)
{
	for (unsigned int i = 0; i < armed->count; i++) {
		const struct view_armed_at *at = &armed->at[i];
		char room[FIELD_TEXT_SIZE];

		printf("armed       %s: %s", status_fields_armed(at, room),
		       view_armed_name(at->state));
		if (at->state == VIEW_ARMED_LEARNING)
			printf(", %llu of %d sockets found", at->counts.found,
			       ECDN_XDP_ARMED_FOUND);
		if (at->state == VIEW_ARMED_OFF)
			printf(": clients that are known had no socket here, so some connections "
			       "go elsewhere");
		else if (at->counts.missed > at->counts.found)
			printf("; %llu of %llu packets that were looked up had no socket",
			       at->counts.missed, at->counts.missed + at->counts.found);
		puts("");
	}
}

static void print_proven(const struct view_status *guard)
{
	const char *why = guard->unproven;

	if (why)
		printf("proven      no: %s%s\n", why, guard->config.shield == ECDN_XDP_SHIELD_ON ?
		       "" : "; regions are limited by what arrives");
	else
		printf("proven      yes: regions are limited by connections that are proven%s\n",
		       guard->armed.count ? "" : "; none has come yet to an address of this "
			       "host, and without any no region is limited");
	if (!why)
		print_armed(&guard->armed);
}

static void print_ceiling(const char *before, unsigned long long ceiling, const char *unit)
{
	if (ceiling)
		printf("%s %llu %s", before, ceiling, unit);
	else
		printf("%s any number of %s", before, unit);
}

static void print_ceilings(const struct ecdn_xdp_config *config)
{
	print_ceiling("ceilings    of each node", config->node_pps, "packets/s");
	print_ceiling(",", config->node_cps, "connections/s");
	print_ceiling("; of each allowed prefix", config->allow_pps, "packets/s");
	print_ceiling(",", config->allow_cps, "connections/s");
	puts(config->ceiling_from_ns > clock_monotonic_ns() ? "; drop nothing on the first day" :
							      "");
}

/* First of all, as nothing else that is printed holds meanwhile. */
static void print_off(const struct status_fields_item *status)
{
	char room[VIEW_OFF_TEXT_SIZE];
	struct view_off off;

	if (status->guard.config.off && !view_off_read(&off, status->pin_dir))
		printf("off        %s\n            nothing is dropped, refused or steered; "
		       "`ecdn-xdp on` ends that\n", view_off_text(&off, room));
}

static unsigned long long seconds_of(const struct lock_holder *holder)
{
	struct clock_moment now = clock_now();

	return clock_seconds_ago(&now, holder->since_ns);
}

static void print_capture(const struct view_status *guard)
{
	if (guard->capture.pid)
		printf("capture     process %d, for %llus\n", guard->capture.pid,
		       seconds_of(&guard->capture));
	else if (guard->captures)
		printf("capture     a process captures dropped packets\n");
}

static void print_agent(const struct lock_holder *agent)
{
	if (agent->pid)
		output_line("agent       process %d, for %llus; %s%s", agent->pid,
			    seconds_of(agent), *agent->said ? "metrics at " : "no metrics",
			    agent->said);
	else
		printf("agent       none: `ecdn-xdp agent` reports, follows changes of this host "
		       "and learns limits\n");
}

static int print_text(const struct status_fields_item *status,
		      const struct status_summary *summary)
{
	const struct fields events = { event_fields_guard, 0, NULL };
	const struct view_status *guard = &status->guard;

	print_off(status);
	status_summary_print(summary);
	print_attachments(guard);
	if (guard->guard)
		print_guard(status);
	if (guard->guard)
		print_proven(guard);
	printf("trusted     %u node%s, %u allowed prefix%s\n", guard->nodes,
	       guard->nodes == 1 ? "" : "s", guard->allowed, guard->allowed == 1 ? "" : "es");
	if (guard->guard)
		print_ceilings(&guard->config);
	print_steer(status);
	print_ping(&status->ping);
	observer_fields_print(&guard->origin);
	if (guard->guard)
		print_table(guard);
	print_capture(guard);
	print_agent(&guard->agent);
	output_line("pins        %s, ABI %u", status->pin_dir, guard->config.abi);
	print_features(guard);
	if (guard->guard)
		print_iterator(status);
	fields_print_counts(&events, &guard->events, "passed_unparsed", "passed");
	fields_print_counts(&events, &guard->events, "shield_passed", "excused");
	fields_print_counts(&events, &guard->events, "give_ups", "gave up");
	return 0;
}

static int set_origin(const struct status_fields_item *status, json_t *root)
{
	json_t *origin = observer_fields_object(&status->guard.origin);

	return json_object_set_new(root, "origin", origin) ? -ENOMEM : 0;
}

static int set_ping(const struct status_fields_item *status, json_t *root)
{
	const struct fields fields = { status_fields_ping, 0, NULL };
	const struct fields events = { event_fields_ping, 0, NULL };
	json_t *ping;
	int err;

	if (!status->ping.loaded)
		return json_object_set_new(root, "ping", json_null()) ? -ENOMEM : 0;
	ping = fields_object(&fields, status);
	err = ping ? fields_set(&events, &status->ping.events, ping) : -ENOMEM;
	return json_object_set_new(root, "ping", ping) ? -ENOMEM : err;
}

static int print_json(const struct status_fields_item *status,
		      const struct status_summary *summary)
{
	const struct fields guard = { status_fields_guard, 0, NULL };
	const struct fields table = { status_fields_table, 0, NULL };
	const struct fields events = { event_fields_guard, 0, NULL };
	json_t *root = fields_object(&guard, status);

	if (root && (status_summary_set(summary, root) || set_ping(status, root) ||
		     set_origin(status, root) ||
		     fields_set(&table, status, root) ||
		     fields_set(&events, &status->guard.events, root))) {
		json_decref(root);
		root = NULL;
	}
	return output_json(root);
}

static int show(const struct checks_facts *facts, bool json)
{
	struct checks_report report = {};
	const struct status_fields_item status = {
		.pin_dir = facts->pin_dir, .guard = facts->status, .ping = facts->ping,
	};
	const struct status_summary summary = { facts, &report };
	int err = check_all(facts, &report);

	if (!err)
		err = json ? print_json(&status, &summary) : print_text(&status, &summary);
	free(report.at);
	return err;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	const struct checks_options options = {
		.table_age_ns = CHECKS_TABLE_AGE_NS, .monitor_ns = CHECKS_MONITOR_NS,
	};
	struct checks_facts facts;
	struct cli cli = {};
	int err, count = cli_read(&cli, verb, argc, argv, true, NULL, 0);

	if (count < 0)
		return count;
	if (count)
		return cli_usage(verb, "takes no words");
	if (view_pins_are_shared(cli.pin_dir))
		return status_shared(&cli);
	err = checks_read(&facts, cli.pin_dir, &options);
	err = err ?: show(&facts, cli.json);
	checks_free(&facts);
	return err;
}

const struct verb status_verbs[] = {
	{ "status", run, "",
	  "Where the guard, steer, ping and origin are attached, and how they are set up",
	  { "status", "status --json" } },
	{},
};
