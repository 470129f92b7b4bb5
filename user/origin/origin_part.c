// SPDX-License-Identifier: BSD-2-Clause
#include "origin/origin_part.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kernel/config_map.h"
#include "kernel/journal.h"
#include "net/netns.h"
#include "origin/origin_counts.h"
#include "origin/origin_hooks.h"
#include "origin/origin_maps.h"
#include "origin/origin_naming.h"

/* The observer in a command that is under way. */
struct origin_run {
	struct origin_maps maps;
	struct origin_hooks hooks;
	struct origin_naming naming;
	struct ecdn_xdp_origin_config config; /* as it is to be */
	bool ends;              /* the part is loaded, and is to go */
	bool stays_off;         /* its cgroup is gone, and nobody has named another */
};

static bool wanted(const void *request)
{
	return origin_request_wanted(request);
}

static void first_config(struct ecdn_xdp_origin_config *config)
{
	struct origin_ports ports = {};

	origin_request_ports_parse(ORIGIN_PORTS_DEFAULT, &ports);
	memcpy(config->ports, ports.ports, sizeof(config->ports));
	memcpy(config->plain, ports.plain, sizeof(config->plain));
	config->content = 1;
	config->since_ns = clock_monotonic_ns();
}

/* No namespace has number 0, which stands for all of them. */
static int own_namespace(__u32 *netns)
{
	*netns = netns_own();
	return *netns ? 0 : log_error(-ENOENT, "cannot read " NETNS_OWN ", and so not tell which "
				      "connections are of this network namespace; "
				      "--origin-all-namespaces does without");
}

static int apply(const struct origin_request *request, bool first,
		 struct ecdn_xdp_origin_config *config)
{
	if (request->depth)
		config->content = request->depth == ORIGIN_DEPTH_CONTENT;
	if (request->has_ports) {
		memcpy(config->ports, request->ports.ports, sizeof(config->ports));
		memcpy(config->plain, request->ports.plain, sizeof(config->plain));
	}
	if (request->all_namespaces > 0)
		config->netns = 0;
	return request->all_namespaces == 0 || (first && request->all_namespaces < 0) ?
	       own_namespace(&config->netns) : 0;
}

/* Programs that are attached nowhere stay so where nobody asks for more than what is loaded: the
 * root of all cgroups would show more than the one that was named. */
static int find_place(const struct part_run *run)
{
	const struct origin_request *request = run->request;
	struct origin_run *origin = run->state;
	struct origin_hooks_state state = {};
	int err = run->loaded ? origin_hooks_read(&state, run->pins->dir) : 0;

	if (err || !run->opens)
		return err;
	if (request->cgroup || (!state.attached && (request->depth || !run->loaded)))
		return origin_hooks_check(request->cgroup);
	origin->stays_off = !state.attached;
	return 0;
}

static int prepare(struct part_run *run)
{
	const struct origin_request *request = run->request;
	struct origin_run *origin = run->state;
	int err = 0;

	maps_init(origin_maps_rows, &origin->maps);
	origin_hooks_init(&origin->hooks);
	origin->ends = run->loaded && request->depth == ORIGIN_DEPTH_OFF;
	if (origin->ends)
		return 0;
	if (run->loaded)
		err = maps_open(origin_maps_rows, &origin->maps, run->pins) ?:
		      origin_maps_config(&origin->maps, &origin->config);
	else
		first_config(&origin->config);
	err = err ?: origin_naming_prepare(&origin->naming, origin->maps.origin_names, request);
	err = err ?: apply(request, !run->loaded, &origin->config);
	return err ?: find_place(run);
}

static int open_programs(struct part_run *run)
{
	struct origin_run *origin = run->state;
	int err;

	if (origin->ends)
		return 0;
	err = run->loaded ? origin_counts_thaw(run->pins) : 0;
	err = err ?: origin_hooks_open(&origin->hooks, run->pins, origin->config.content);
	if (!err && !run->loaded)
		err = origin_maps_freeze(run->pins->next);
	if (err)
		return err;
	maps_close(origin_maps_rows, &origin->maps);
	return maps_open(origin_maps_rows, &origin->maps, run->pins);
}

static int write_maps(const struct part_run *run)
{
	const struct origin_run *origin = run->state;
	int err = origin_maps_set_config(&origin->maps, &origin->config);

	return err ?: origin_naming_write(&origin->naming, origin->maps.origin_names);
}

static int fill(struct part_run *run)
{
	return write_maps(run);
}

static int attach(struct part_run *run)
{
	const struct origin_request *request = run->request;
	struct origin_run *origin = run->state;

	if (origin->ends)
		return 0;
	if (!origin->stays_off)
		return origin_hooks_attach(&origin->hooks, run->pins, request->cgroup);
	if (!run->resizes)
		log_warning("origin is attached to no cgroup any more, so no connection to an "
			    "origin is seen; `ecdn-xdp load --origin --origin-cgroup PATH` names "
			    "one that stays");
	return 0;
}

/* A command that is killed amid this leaves the part whole, or not loaded with some pins, which
 * the next one that changes anything removes. What has been attached ends whatever else fails. */
static int remove_part(const char *dir)
{
	struct ecdn_xdp_config config = {};
	struct pins pins;
	int err = pins_init(&pins, dir), stopped, dropped;

	err = err ?: config_map_read(&pins, &config);
	config.parts &= ~ECDN_XDP_PART_ORIGIN;
	err = err ?: config_map_write(&pins, &config);
	err = err ?: pins_drop(dir, ORIGIN_HOOKS_PROGRAM);
	stopped = origin_hooks_stop(dir);
	dropped = err ?: maps_drop(origin_maps_rows, dir);
	return err ?: stopped ?: dropped;
}

/* What is detached cannot be put back, so it comes once all else is done. */
static void remove_at_end(void *saved, bool undo)
{
	if (!undo && remove_part(saved))
		log_warning("parts of origin may be left; `ecdn-xdp load --no-origin` removes "
			    "them");
}

static void stop_content_at_end(void *saved, bool undo)
{
	if (!undo)
		origin_hooks_stop_content(saved);
}

static int at_end(const struct part_run *run, journal_step *step)
{
	return journal_add(step, run->pins->dir, strlen(run->pins->dir) + 1);
}

static int configure(struct part_run *run)
{
	const struct origin_request *request = run->request;
	const struct origin_run *origin = run->state;
	int err;

	if (origin->ends)
		return at_end(run, remove_at_end);
	run->same = request->name && !origin->naming.changes;
	if (!run->loaded || (!run->opens && !wanted(request)))
		return 0;
	err = write_maps(run);
	if (!err && run->opens && !origin->config.content)
		err = at_end(run, stop_content_at_end);
	return err;
}

static void end(struct part_run *run, int err)
{
	struct origin_run *origin = run->state;

	origin_hooks_end(&origin->hooks, run->pins->dir, err);
	origin_naming_free(&origin->naming);
	maps_close(origin_maps_rows, &origin->maps);
}

static int stop(const char *dir)
{
	return origin_hooks_stop(dir);
}

const struct part origin_part = {
	.name = "origin",
	.label = "origin",
	.load = "ecdn-xdp load --origin",
	.bit = ECDN_XDP_PART_ORIGIN,
	.maps = origin_maps_rows,
	.state_size = sizeof(struct origin_run),
	.wanted = wanted,
	.prepare = prepare,
	.open = open_programs,
	.fill = fill,
	.attach = attach,
	.configure = configure,
	.end = end,
	.stop = stop,
};
