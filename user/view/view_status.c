// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "control/capture_feed.h"
#include "guard/counts.h"
#include "guard/guard_part.h"
#include "guard/iterator.h"
#include "guard/shield.h"
#include "kernel/agent_lock.h"
#include "kernel/features.h"
#include "attach/netns_link.h"
#include "regions/table.h"
#include "steer/listen_hook.h"
#include "steer/steer_part.h"
#include "view/view_pins.h"
#include "view/view_trusted.h"

static int read_table(struct view_status *view, const struct guard_maps *maps)
{
	const struct ecdn_xdp_table_line *mapped;
	int err = region_store_map(maps, &mapped);
	struct ecdn_xdp_table_line *lines = (struct ecdn_xdp_table_line *)mapped;

	if (err)
		return err;
	view->table = *table_header(lines);
	for (uint32_t i = 0; i < view->table.sources && i < ECDN_XDP_TABLE_SOURCES; i++)
		memcpy(view->source[i], table_path(lines, i + 1), ECDN_XDP_SOURCE_SIZE);
	slot_unmap(mapped);
	return 0;
}

static int count_regions(struct view_status *view, const struct guard_maps *maps)
{
	struct names *names;
	int err = guard_maps_names(maps, view->config.max_regions, &names);

	if (err)
		return err;
	view->regions = names_used(names);
	names_free(names);
	return 0;
}

static int read_maps(struct view_status *view, const struct guard_maps *maps)
{
	const __u32 slot = 0;
	int err = maps_get(maps->protected_ports, "protected_ports", &slot, &view->ports);

	view->requests_frozen = mapped_is_frozen(maps->request_stats);
	view->captures = capture_feed_is_open(maps, &view->config, &view->capture);
	err = err ?: count_regions(view, maps);
	return err ?: view_armed_read(&view->armed, maps->armed, clock_monotonic_ns());
}

static int read_links(struct view_status *view, const char *dir)
{
	unsigned int count;
	char **names;
	int err = xdp_link_names(dir, &names, &count);

	if (err)
		return err;
	view->attachments = calloc(count + 1, sizeof(*view->attachments));
	if (!view->attachments)
		err = log_error(-ENOMEM, "out of memory for the interfaces");
	for (unsigned int i = 0; i < count && !err; i++) {
		struct xdp_link *to = &view->attachments[view->attachment_count];

		err = xdp_link_read(to, dir, names[i]);
		xdp_link_close(to);
		/* Unloaded since the names were read. */
		if (err == -ENOENT)
			err = 0;
		else
			view->attachment_count += !err;
	}
	pins_free_names(names, count);
	return err;
}

static uint32_t read_features(void)
{
	uint32_t found = 0;

	for (unsigned int i = 0; features[i].name; i++)
		if (features[i].probe())
			found |= 1U << i;
	return found;
}

static gid_t read_group(const char *dir)
{
	scoped_free char *path = NULL;
	struct stat stat_buffer;

	if (asprintf(&path, "%s/request_stats", dir) < 0) {
		path = NULL;
		return -1;
	}
	return stat(path, &stat_buffer) || !(stat_buffer.st_mode & S_IWGRP) ? (gid_t)-1 :
	       stat_buffer.st_gid;
}

static int count_trusted(struct view_status *view, const char *pin_dir)
{
	struct trust_list list = {};
	int err = view->config.trusted ? view_trusted_read(&list, pin_dir) : 0;

	for (size_t i = 0; !err && i < list.count; i++) {
		view->nodes += trust_list_is_node(&list.row[i]);
		view->allowed += list.row[i].allowed;
	}
	trust_list_free(&list);
	return err;
}

static int read_guard(struct view_status *view, const struct pins *pins, bool brief)
{
	struct guard_maps maps;
	uint64_t cgroup = 0;
	int err = guard_maps_open(&maps, pins);

	view->guard = true;
	err = err ?: shield_cgroup(pins->dir, &cgroup);
	view->unproven = shield_why(view->config.shield, cgroup);
	view->proxy_group = read_group(pins->dir);
	view->has_iterator = pins_has(pins->dir, ITERATOR_PIN);
	err = err ?: counts_events(maps.cpu_events, &view->events);
	err = err ?: read_table(view, &maps);
	if (!err && !brief)
		err = read_maps(view, &maps);
	guard_maps_close(&maps);
	return err ?: read_links(view, pins->dir);
}

static int read_all(struct view_status *view, const char *pin_dir, bool brief)
{
	struct view_pins pins;
	int err = view_pins_read(&pins, pin_dir);

	memset(view, 0, sizeof(*view));
	if (err)
		return err;
	view->config = pins.config;
	agent_lock_is_held(pins.pins.dir, &view->agent);
	view->features = brief ? 0 : read_features();
	if (part_is_loaded(&guard_part, pins.pins.dir))
		err = read_guard(view, &pins.pins, brief);
	err = err ?: view_observer_read(&view->origin, &pins.pins);
	if (!err && !brief)
		err = count_trusted(view, pin_dir);
	err = err ?: netns_link_read(&steer_part_hook, pins.pins.dir, &view->steer_attached,
				     &view->steer_here);
	err = err ?: listen_hook_cgroup(pins.pins.dir, &view->steer_cgroup);
	view->steer_hooked = view->steer_cgroup;
	if (err)
		view_status_free(view);
	return err;
}

int view_status_read(struct view_status *view, const char *pin_dir)
{
	return read_all(view, pin_dir, false);
}

int view_status_read_brief(struct view_status *view, const char *pin_dir)
{
	return read_all(view, pin_dir, true);
}

void view_status_free(struct view_status *view)
{
	free(view->attachments);
	free(view->armed.at);
	memset(view, 0, sizeof(*view));
}
