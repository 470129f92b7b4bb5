// SPDX-License-Identifier: BSD-2-Clause
#include "cli/stats_metrics.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>

#include "base/array.h"
#include "base/file.h"
#include "base/log.h"
#include "base/scoped.h"
#include "cli/stats_origins.h"
#include "ping/ping_nodes.h"
#include "show/event_fields.h"
#include "show/limit_fields.h"
#include "show/metrics.h"
#include "show/node_fields.h"
#include "show/rate_fields.h"
#include "show/region_fields.h"
#include "show/status_fields.h"
#include "show/steer_fields.h"
#include "view/view_pins.h"
#include "view/view_regions.h"
#include "view/view_steer.h"

/* Nodes that have series of their own, by name. */
#define NODES_MAX 200

/* The sum over all regions: not to be added to theirs. */
#define ALL "_all"

/* Whether the region has limits of its own or was ever in another state than normal. Both are kept
 * with the pins, so that a series that was there does not go. */
static bool is_exported(const struct view_region *region)
{
	return region->limits.own || region->since_ns || view_regions_got_513(region) ||
	       region->state != ECDN_XDP_STATE_NORMAL;
}

static void add_region(struct metrics *metrics, const struct view_regions *view,
		       const struct view_region *region)
{
	const struct fields fields = { region_fields, 0, &view->moment };
	const struct fields limits = { limit_fields, 0, &view->moment };
	const struct limit_fields_item limit = {
		.region = region->name, .limits = region->limits, .has_state = true,
		.state = region->state, .now_ns = view->moment.now_ns,
	};
	char labels[METRICS_LABELS_SIZE] = "";

	if (!strcmp(region->name, ALL)) {
		log_warning("region " ALL " has no series of its own, as the sum over all regions "
			    "has that name");
		return;
	}
	metrics_label(labels, "region", region->name);
	metrics_add(metrics, &fields, region, labels);
	metrics_add(metrics, &limits, &limit, labels);
}

static void add_counts(void *sum, const void *row, size_t size)
{
	const uint64_t *from = row;
	uint64_t *to = sum;

	for (size_t i = 0; i < size / sizeof(*to); i++)
		to[i] += from[i];
}

static void add_all(struct metrics *metrics, const struct view_regions *view)
{
	const struct fields fields = { region_fields, 0, &view->moment };
	char labels[METRICS_LABELS_SIZE] = "";
	struct view_region sum = {};

	for (uint32_t i = 0; i < view->count; i++) {
		const struct view_region *region = &view->region[i];

		add_counts(&sum.counts, &region->counts, sizeof(sum.counts));
		add_counts(&sum.requests, &region->requests, sizeof(sum.requests));
	}
	metrics_label(labels, "region", ALL);
	metrics_add_counters(metrics, &fields, &sum, labels);
}

static int add_regions(struct metrics *metrics, const char *pin_dir)
{
	struct view_regions view;
	int err = view_regions_read(&view, pin_dir);

	if (err)
		return err;
	for (uint32_t i = 0; i < view.count; i++)
		if (is_exported(&view.region[i]))
			add_region(metrics, &view, &view.region[i]);
	add_all(metrics, &view);
	view_regions_free(&view);
	return 0;
}

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

static void add_status(struct metrics *metrics, const struct status_fields_item *status)
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

static int add_steer(struct metrics *metrics, const char *pin_dir)
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

/* The first NODES_MAX names, with what was counted of all nodes that have them. */
static size_t join_nodes(const struct view_nodes *nodes, struct view_node joined[NODES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < nodes->count; i++) {
		const struct view_node *node = &nodes->at[i];
		struct view_node *same = node->name[0] ? named(joined, count, node->name) : NULL;

		if (same)
			join_node(same, node);
		else if (node->name[0] && count < NODES_MAX)
			joined[count++] = *node;
	}
	return count;
}

static int add_named(struct metrics *metrics, const struct view_nodes *nodes)
{
	scoped_free struct view_node *joined = calloc(NODES_MAX, sizeof(*joined));
	const struct fields fields = { node_fields, 0, &nodes->moment };
	size_t count;

	if (!joined)
		return log_error(-ENOMEM, "out of memory for the nodes");
	count = join_nodes(nodes, joined);
	for (size_t i = 0; i < count; i++) {
		char labels[METRICS_LABELS_SIZE] = "";

		metrics_label(labels, "node", joined[i].name);
		metrics_add(metrics, &fields, &joined[i], labels);
	}
	return 0;
}

static int add_nodes(struct metrics *metrics, const char *pin_dir)
{
	struct node_fields_check_item check = {};
	int err = view_nodes_read(&check.nodes, pin_dir);

	if (err)
		return err;
	for (size_t i = 0; i < check.nodes.count; i++)
		check.heard += view_nodes_heard(&check.nodes.at[i]);
	metrics_add(metrics, &(struct fields){ node_fields_check, 0, &check.nodes.moment }, &check,
		    "");
	err = add_named(metrics, &check.nodes);
	view_nodes_free(&check.nodes);
	return err;
}

static int add_allowed(struct metrics *metrics, const char *pin_dir)
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

static int read_loaded(struct metrics *metrics, struct status_fields_item *status)
{
	int err = view_status_read(&status->guard, status->pin_dir);

	if (err)
		return err;
	err = view_ping_read(&status->ping, status->pin_dir);
	if (!err)
		add_status(metrics, status);
	if (!err && status->guard.guard) {
		err = add_regions(metrics, status->pin_dir);
		err = err ?: add_steer(metrics, status->pin_dir);
	}
	err = err ?: stats_origins_add(metrics, status->pin_dir);
	err = err ?: add_nodes(metrics, status->pin_dir);
	return err ?: add_allowed(metrics, status->pin_dir);
}

/* A guard that may not be looked at is not one that is not loaded. */
static int check_readable(const char *pin_dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/config", pin_dir);
	if (access(path, F_OK) || !access(path, R_OK))
		return 0;
	return log_error(-EACCES, "metrics tell of what root alone may read (%s): run as root; the "
			 "group of --stats-group has `ecdn-xdp stats --total --json` and "
			 "`ecdn-xdp origin --json`", path);
}

static int read_all(struct metrics *metrics, const char *pin_dir)
{
	const struct fields fields = { status_fields_metrics, 0, NULL };
	struct status_fields_item status = { .pin_dir = pin_dir };
	int err = check_readable(pin_dir);

	if (!err && view_pins_there(pin_dir))
		err = read_loaded(metrics, &status);
	if (!err)
		metrics_add(metrics, &fields, &status, "");
	view_ping_free(&status.ping);
	view_status_free(&status.guard);
	return err;
}

static int print_metrics(FILE *to, void *metrics)
{
	return metrics_print(metrics, to);
}

int stats_metrics(const char *pin_dir, const char *path)
{
	struct metrics *metrics = metrics_new();
	int err = read_all(metrics, pin_dir);

	if (!err)
		err = path ? file_replace(path, print_metrics, metrics) :
			     metrics_print(metrics, stdout);
	metrics_free(metrics);
	return err;
}
