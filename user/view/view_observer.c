// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_observer.h"

#include <string.h>

#include "attach/cgroup_find.h"
#include "kernel/mapped.h"
#include "kernel/part.h"
#include "net/netns.h"
#include "origin/origin_maps.h"
#include "origin/origin_names.h"
#include "origin/origin_part.h"

static int read_maps(struct view_observer *view, const struct origin_maps *maps)
{
	struct origin_names names;
	int err = origin_maps_config(maps, &view->config);

	err = err ?: maps_get(maps->origin_head, "origin_head", &(__u32){ 0 }, &view->head);
	err = err ?: origin_names_read(maps->origin_names, &names);
	if (err)
		return err;
	view->names = names.count;
	if (!view->shared)
		view->requests_frozen = mapped_is_frozen(maps->origin_requests);
	origin_names_free(&names);
	return 0;
}

int view_observer_read(struct view_observer *view, const struct pins *pins)
{
	struct origin_maps maps;
	int err;

	memset(view, 0, sizeof(*view));
	if (!part_is_loaded(&origin_part, pins->dir))
		return 0;
	view->loaded = true;
	view->shared = pins->shared;
	err = maps_open(origin_maps_rows, &maps, pins);
	err = err ?: read_maps(view, &maps);
	maps_close(origin_maps_rows, &maps);
	if (!view->shared)
		err = err ?: origin_hooks_read(&view->hooks, pins->dir);
	view->here = !view->config.netns || view->config.netns == netns_own();
	if (!err && view->hooks.attached && cgroup_find(view->hooks.cgroup, view->cgroup))
		view->cgroup[0] = 0;
	return err;
}
