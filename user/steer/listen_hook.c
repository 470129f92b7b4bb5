// SPDX-License-Identifier: BSD-2-Clause
#include "steer/listen_hook.h"

#include <errno.h>

#include "attach/cgroup_link.h"
#include "base/scoped.h"
#include "kernel/object.h"
#include "listen.skel.h"

#define PROGRAM_PIN "prog/listen"
#define WITHOUT "listeners which start later are found by `ecdn-xdp steer refresh` alone"

const struct pinned_link_hook listen_hook = {
	.program = "listen",
	.target = "the cgroup",
	.pin = "listen",
	.program_pin = PROGRAM_PIN,
	.type = BPF_CGROUP_SOCK_OPS,
	.without = WITHOUT,
};

static const struct object_names object_names = { "listen", PROGRAM_PIN };

/* The guard's maps have a row for each region. */
static int read_max_regions(const struct pins *pins, __u32 *max_regions)
{
	scoped_fd int names = pins_open(pins, "region_name");

	return names < 0 ? names : maps_entries(names, "region_name", max_regions);
}

/* *program is negative, and the result 0, where the kernel does not take the program. */
static int load_program(const struct pins *pins, int *program)
{
	struct listen_bpf *skeleton;
	__u32 max_regions;
	int err = read_max_regions(pins, &max_regions);

	*program = -1;
	if (err)
		return err;
	skeleton = listen_bpf__open();
	if (!skeleton)
		return object_load_error(object_names.label, -errno);
	skeleton->rodata->max_regions = max_regions;
	err = object_share(skeleton->obj, pins);
	if (!err)
		*program = object_load_or(skeleton->skeleton, &object_names, WITHOUT, pins);
	listen_bpf__destroy(skeleton);
	return err ?: *program < 0 && *program != -EOPNOTSUPP ? *program : 0;
}

/* Where the kernel does not take it, that was a warning, and costs no more than the hook. */
static int attach(struct listen_hook_run *hook, const struct part_run *run, const char *cgroup)
{
	int err = hook->program < 0 ? 0 : cgroup_link_attach(&hook->link, &listen_hook, run->pins,
							     cgroup, hook->program);

	return err == -ENODEV || err == -EOPNOTSUPP ? 0 : err;
}

int listen_hook_open(struct listen_hook_run *hook, const struct part_run *run,
		     const char *cgroup)
{
	int err = 0;

	hook->program = object_loaded(&object_names, run->pins);
	if (hook->program == -ENOENT)
		err = load_program(run->pins, &hook->program);
	if (!err && !run->resizes && !pins_has(run->pins->dir, listen_hook.pin))
		err = attach(hook, run, cgroup);
	return err;
}

int listen_hook_attach(struct listen_hook_run *hook, const struct part_run *run,
		       const char *cgroup)
{
	if (hook->link.fd >= 0 || !pins_has(run->pins->dir, listen_hook.pin))
		return 0;
	return attach(hook, run, cgroup);
}

int listen_hook_is_on(const struct listen_hook_run *hook, const char *dir)
{
	uint64_t cgroup;

	if (hook->link.fd >= 0)
		return true;
	return listen_hook_cgroup(dir, &cgroup) ?: cgroup != 0;
}

int listen_hook_cgroup(const char *dir, uint64_t *cgroup)
{
	return cgroup_link_read(&listen_hook, dir, cgroup);
}

void listen_hook_end(struct listen_hook_run *hook, int err, const char *dir)
{
	if (err)
		pinned_link_undo(&hook->link, &listen_hook, dir);
	else
		pinned_link_close(&hook->link);
	scoped_close(&hook->program);
}
