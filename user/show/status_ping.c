// SPDX-License-Identifier: BSD-2-Clause
#include "show/status_ping.h"

#include <stddef.h>
#include <stdio.h>

#include "show/drift.h"

#define EVENT(name, meaning) { #name, offsetof(struct ecdn_xdp_ping_events, name), meaning }

static const struct {
	const char *name;
	size_t offset;
	const char *meaning;
} event_names[] = {
	EVENT(stranger, "from no node, left to the host's own policy"),
	EVENT(stranger_dropped, "from no node, dropped"),
	EVENT(not_local, "to an address that is not this host's; after a change of addresses, "
			 "`ecdn-xdp load --ping` again"),
	EVENT(fragment, "a node's, in fragments, left to the host's stack"),
	EVENT(options, "a node's, with a source route or extension headers, left to the host's "
		       "stack"),
	EVENT(truncated, "ends before its ICMP header does"),
	EVENT(give_up, "a node's, without room for its counters or in a frame that cannot be "
		       "written"),
};

#define EVENTS (sizeof(event_names) / sizeof(*event_names))
_Static_assert(EVENTS == sizeof(struct ecdn_xdp_ping_events) / sizeof(__u64),
	       "a name for each counter");

static unsigned long long count_of(const struct view_ping *view, size_t event)
{
	return *(const __u64 *)((const char *)&view->events + event_names[event].offset);
}

static const char *state_of(const struct tc_link *attachment)
{
	if (attachment->state == TC_GONE)
		return "gone";
	return attachment->state == TC_ELSEWHERE ? "attached elsewhere" :
	       tc_link_kind_name(attachment->kind);
}

static void print_settings(const struct view_ping *view)
{
	const struct ecdn_xdp_ping_config *config = &view->config;

	printf("ping        %s nodes' requests", ping_mode_name(config->mode));
	if (config->rate)
		printf(", up to %llu/s of each, burst %llu", config->rate, config->burst);
	else
		printf(", however many");
	printf("; those of others are %s\n", config->only_nodes ? "dropped" : "left to the host");
	printf("ping        knows %u addresses of this host", view->addresses);
	if (view->missing.count)
		printf(", but not %u that it has now", view->missing.count);
	if (view->stale.count)
		printf(", and %u that it has no longer", view->stale.count);
	puts(view->missing.count || view->stale.count ? ": `ecdn-xdp load --ping`" : "");
}

void status_ping_print(const struct view_ping *view)
{
	for (unsigned int i = 0; i < view->attachment_count; i++) {
		const struct tc_link *attachment = &view->attachments[i];

		printf("ping        %s: %s\n", attachment->iface, attachment->state == TC_GONE ?
		       "gone; `ecdn-xdp unload` it, or `load --ping` it again" :
		       attachment->state == TC_ELSEWHERE ? "attached, in another network namespace" :
		       state_of(attachment));
	}
	if (!view->attachment_count) {
		printf("ping        not attached\n");
		return;
	}
	print_settings(view);
	for (size_t i = 0; i < EVENTS; i++)
		if (count_of(view, i))
			printf("ping        %llu %s: %s\n", count_of(view, i), event_names[i].name,
			       event_names[i].meaning);
}

static json_t *attachments_json(const struct view_ping *view)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < view->attachment_count; i++)
		json_array_append_new(array, json_pack("{s:s, s:i, s:s}", "interface",
			view->attachments[i].iface, "ifindex", view->attachments[i].ifindex,
			"state", state_of(&view->attachments[i])));
	return array;
}

static json_t *events_json(const struct view_ping *view)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < EVENTS; i++)
		json_object_set_new(counts, event_names[i].name,
				    json_integer(count_of(view, i)));
	return counts;
}

json_t *status_ping_json(const struct view_ping *view)
{
	const struct ecdn_xdp_ping_config *config = &view->config;

	return json_pack("{s:o, s:s, s:b, s:I, s:I, s:i, s:i, s:i, s:o, s:o, s:o}",
			 "interfaces", attachments_json(view),
			 "mode", ping_mode_name(config->mode),
			 "only_nodes", config->only_nodes,
			 "rate", (json_int_t)config->rate, "burst", (json_int_t)config->burst,
			 "ttl", config->ttl, "hop_limit", config->hop_limit,
			 "addresses", (int)view->addresses,
			 "unknown_addresses", drift_json(view, &view->missing),
			 "stale_addresses", drift_json(view, &view->stale),
			 "events", events_json(view));
}
