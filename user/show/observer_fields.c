// SPDX-License-Identifier: BSD-2-Clause
#include "show/observer_fields.h"

#include <stdio.h>

#include "attach/cgroup_open.h"
#include "show/output.h"
#include "show/port_runs.h"

#define AT(member) FIELD_AT(struct view_observer, member)
#define EVENT(member, meaning) \
	{ FIELD_COUNT, .key = "events." #member, .unit = "connections", .note = meaning, \
	  FIELD_AT(struct ecdn_xdp_origin_head, member) }

static const struct view_observer *observer_of(const void *item)
{
	return item;
}

static const char *depth(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return observer_of(item)->config.content ? "content" : "sockets";
}

static const char *ports(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct ecdn_xdp_origin_config *config = &observer_of(item)->config;
	uint8_t tls[8192], plain[8192];

	for (size_t i = 0; i < sizeof(tls); i++) {
		tls[i] = config->ports[i] & ~config->plain[i];
		plain[i] = config->ports[i] & config->plain[i];
	}
	room[0] = 0;
	port_runs_append(room, tls, "");
	port_runs_append(room, plain, "/http");
	return room;
}

/* A path can be longer than a field's text. */
static json_t *cgroup(const void *item)
{
	const char *path = observer_of(item)->cgroup;

	return *path ? output_string(path) : json_null();
}

static uint64_t all_namespaces(const void *item)
{
	return !observer_of(item)->config.netns;
}

static uint64_t max_rows(const void *item)
{
	(void)item;
	return ECDN_XDP_ORIGINS - 1;
}

static const struct field settings_of_root[] = {
	{ FIELD_FLAG, .key = "attached", AT(hooks.attached) },
	{ FIELD_FLAG, .key = "reads_content", AT(hooks.reads) },
	{ FIELD_FLAG, .key = "sees_icmp", AT(hooks.sees_errors) },
	{ FIELD_JSON, .key = "cgroup", .json = cgroup },
	{ FIELD_COUNT, .key = "cgroup_inode", AT(hooks.cgroup) },
	{ FIELD_FLAG, .key = "requests_frozen", AT(requests_frozen) },
	{},
};

/* What the group of --stats-group reads as well. */
static const struct field observed[] = {
	{ FIELD_TEXT, .key = "depth", .text = depth },
	{ FIELD_TEXT, .key = "ports", .text = ports },
	{ FIELD_FLAG, .key = "all_namespaces", .number = all_namespaces },
	{ FIELD_FLAG, .key = "here", AT(here) },
	{ FIELD_COUNT, .key = "names", .unit = "addresses", AT(names) },
	{ FIELD_COUNT, .key = "rows", .unit = "origins", AT(head.rows) },
	{ FIELD_COUNT, .key = "max_rows", .unit = "origins", .number = max_rows },
	{},
};

static const struct field given_up[] = {
	EVENT(unseen, "connections that were open before the observer was"),
	EVENT(lost, "connections of which it lost the thread, and cannot tell how they ended"),
	EVENT(no_row, "connections of origins without a row, counted as --"),
	EVENT(displaced, "rows that another origin took"),
	EVENT(no_memory, "connections that are not observed, as memory was short"),
	{},
};

#define PLACE_SIZE (PATH_MAX + 64)

static const char *place_text(const struct view_observer *origin, char room[PLACE_SIZE])
{
	unsigned long long inode = origin->hooks.cgroup;

	if (inode == CGROUP_ROOT_INODE)
		return "all cgroups";
	if (*origin->cgroup)
		snprintf(room, PLACE_SIZE, "the cgroup %s", origin->cgroup);
	else
		snprintf(room, PLACE_SIZE, "the cgroup with inode %llu", inode);
	return room;
}

static const char *namespaces_text(const struct view_observer *origin)
{
	return !origin->config.netns ? "all network namespaces" :
	       origin->here ? "this network namespace" : "another network namespace";
}

void observer_fields_print(const struct view_observer *origin)
{
	const struct fields events = { given_up, 0, NULL };
	char room[FIELD_TEXT_SIZE], place[PLACE_SIZE];

	if (!origin->loaded) {
		printf("origin      not loaded\n");
		return;
	}
	if (origin->shared)
		printf("origin      observes connections of %s\n", namespaces_text(origin));
	else if (origin->hooks.attached)
		output_line("origin      attached to %s; observes connections of %s",
			    place_text(origin, place), namespaces_text(origin));
	else
		printf("origin      attached to no cgroup: `ecdn-xdp load --origin` attaches it\n");
	printf("origin      sees %s; of origins at ports %s\n", origin->config.content ?
	       "sockets and content" : "sockets", ports(origin, room));
	printf("origin      %u of %d rows are in use; %u address%s named\n", origin->head.rows,
	       ECDN_XDP_ORIGINS - 1, origin->names, origin->names == 1 ? " is" : "es are");
	if (origin->requests_frozen)
		printf("origin      proxies that are started from now on cannot count: "
		       "origin_requests is frozen; `ecdn-xdp load` replaces it\n");
	fields_print_counts(&events, &origin->head, "events", "origin");
}

json_t *observer_fields_object(const struct view_observer *origin)
{
	const struct fields settings = { settings_of_root, 0, NULL };
	const struct fields seen = { observed, 0, NULL };
	const struct fields events = { given_up, 0, NULL };
	json_t *object;

	if (!origin->loaded)
		return json_null();
	object = fields_object(&seen, origin);
	if (object && ((!origin->shared && fields_set(&settings, origin, object)) ||
		       fields_set(&events, &origin->head, object))) {
		json_decref(object);
		object = NULL;
	}
	return object;
}
