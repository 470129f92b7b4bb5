// SPDX-License-Identifier: BSD-2-Clause
#include "show/metrics_page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include "base/log.h"
#include "base/scoped.h"
#include "ping/ping_nodes.h"
#include "show/event_fields.h"
#include "show/node_fields.h"
#include "show/rate_fields.h"
#include "show/steer_fields.h"
#include "view/view_steer.h"

static void add_interface(struct metrics *metrics, const char *name, const char *program,
			  const char *mode, bool attached)
{
	const struct fields fields = { status_fields_interface, 0, NULL };
	const struct status_fields_interface item = { attached };
	char labels[METRICS_LABELS_SIZE] = "";

	metrics_label(labels, "interface", name);
	metrics_label(labels, "program", program);
	metrics_label(labels, "mode", mode);
	metrics_add(metrics, &fields, &item, labels);
}

static void add_interfaces(struct metrics *metrics, const struct status_fields_item *status)
{
	for (unsigned int i = 0; i < status->guard.attachment_count; i++) {
		const struct xdp_link *at = &status->guard.attachments[i];

		add_interface(metrics, at->iface, "guard",
			      at->mode == XDP_MODE_AUTO ? "unknown" : xdp_link_mode_name(at->mode),
			      at->ifindex);
	}
	for (unsigned int i = 0; i < status->ping.attachment_count; i++) {
		const struct tc_link *at = &status->ping.attachments[i];

		add_interface(metrics, at->iface, "ping",
			      at->kind == TC_AUTO ? "unknown" : tc_link_kind_name(at->kind),
			      at->state != TC_GONE);
	}
}

void metrics_page_status(struct metrics *metrics, const struct status_fields_item *status)
{
	const struct clock_moment moment = clock_now();
	const struct fields table = { status_fields_table, 0, &moment };
	const struct fields guard_events = { event_fields_guard, 0, &moment };
	const struct fields ping_events = { event_fields_ping, 0, &moment };

	metrics_add(metrics, &table, status, "");
	add_interfaces(metrics, status);
	if (status->guard.guard)
		metrics_add(metrics, &guard_events, &status->guard.events, "");
	if (status->ping.loaded)
		metrics_add(metrics, &ping_events, &status->ping.events, "");
}

static void add_listener(struct metrics *metrics, const struct view_listener *listener)
{
	const struct fields fields = { steer_fields, 0, NULL };
	char labels[METRICS_LABELS_SIZE] = "", port[16];

	snprintf(port, sizeof(port), "%u", listener->rule.port);
	metrics_label(labels, "port", port);
	metrics_label(labels, "protocol", listener->rule.protocol == IPPROTO_UDP ? "udp" : "tcp");
	metrics_add(metrics, &fields, listener, labels);
}

int metrics_page_steer(struct metrics *metrics, const char *pin_dir)
{
	struct view_steer steer;
	int err = view_steer_read(&steer, pin_dir);

	if (err)
		return err;
	for (unsigned int i = 0; i < steer.count; i++)
		add_listener(metrics, &steer.listener[i]);
	view_steer_free(&steer);
	return 0;
}

/* Nodes of one name are one, as several prefixes may have it. */
static void join_node(struct view_node *to, const struct view_node *node)
{
	struct view_rate *rate = &to->rate;

	ping_nodes_add(&to->stats, &node->stats);
	rate->measured |= node->rate.measured;
	rate->packets += node->rate.packets;
	rate->bytes += node->rate.bytes;
	rate->connections += node->rate.connections;
	rate->over_packets += node->rate.over_packets;
	rate->over_bytes += node->rate.over_bytes;
}

static struct view_node *named(struct view_node *nodes, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(nodes[i].name, name))
			return &nodes[i];
	return NULL;
}

/* The first names, with what was counted of all nodes that have them. */
static size_t join_nodes(const struct view_nodes *nodes, struct view_node *joined,
			 unsigned int most)
{
	size_t count = 0;

	for (size_t i = 0; i < nodes->count; i++) {
		const struct view_node *node = &nodes->at[i];
		struct view_node *same = node->name[0] ? named(joined, count, node->name) : NULL;

		if (same)
			join_node(same, node);
		else if (node->name[0] && count < most)
			joined[count++] = *node;
	}
	return count;
}

static int add_named(struct metrics *metrics, const struct view_nodes *nodes, unsigned int most)
{
	scoped_free struct view_node *joined = calloc(most + 1, sizeof(*joined));
	const struct fields fields = { node_fields, 0, &nodes->moment };
	size_t count;

	if (!joined)
		return log_error(-ENOMEM, "out of memory for the nodes");
	count = join_nodes(nodes, joined, most);
	for (size_t i = 0; i < count; i++) {
		char labels[METRICS_LABELS_SIZE] = "";

		metrics_label(labels, "node", joined[i].name);
		metrics_add(metrics, &fields, &joined[i], labels);
	}
	return 0;
}

int metrics_page_nodes(struct metrics *metrics, const char *pin_dir, unsigned int most)
{
	struct node_fields_check_item check = {};
	int err = view_nodes_read(&check.nodes, pin_dir);

	if (err)
		return err;
	for (size_t i = 0; i < check.nodes.count; i++)
		check.heard += view_nodes_heard(&check.nodes.at[i]);
	metrics_add(metrics, &(struct fields){ node_fields_check, 0, &check.nodes.moment }, &check,
		    "");
	err = add_named(metrics, &check.nodes, most);
	view_nodes_free(&check.nodes);
	return err;
}

int metrics_page_allowed(struct metrics *metrics, const char *pin_dir)
{
	const struct fields fields = { rate_fields_allowance, 0, NULL };
	struct view_allowance allowed;
	int err = view_rates_allowed(&allowed, pin_dir);

	if (err)
		return err;
	metrics_add(metrics, &fields, &allowed, "");
	view_rates_free_allowed(&allowed);
	return 0;
}

void metrics_page_no_nodes(struct metrics *metrics)
{
	const struct node_fields_check_item none = {};

	metrics_add(metrics, &(struct fields){ node_fields_check, 0, &none.nodes.moment }, &none,
		    "");
}

void metrics_page_no_allowed(struct metrics *metrics)
{
	const struct view_allowance none = {};

	metrics_add(metrics, &(struct fields){ rate_fields_allowance, 0, NULL }, &none, "");
}
