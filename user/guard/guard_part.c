// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_part.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "guard.skel.h"
#include "kernel/object.h"
#include "regions.skel.h"

struct features features_probe(void)
{
	struct features features = {
		.frags = libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_get_buff_len,
						 NULL) == 1,
	};

	return features;
}

static int size_maps(struct guard_bpf *guard, uint32_t max_regions)
{
	struct bpf_map *by_region[] = {
		guard->maps.region_name, guard->maps.region_limits, guard->maps.region_state,
		guard->maps.region_stats, guard->maps.region_rate, guard->maps.region_local,
	};
	int cpus = libbpf_num_possible_cpus(), err;

	if (cpus < 0)
		return log_error(cpus, "cannot tell the number of CPUs: %s", strerror(-cpus));
	for (size_t i = 0; i < sizeof(by_region) / sizeof(*by_region); i++) {
		err = bpf_map__set_max_entries(by_region[i], max_regions);
		if (err)
			return log_error(err, "cannot size map %s", bpf_map__name(by_region[i]));
	}
	err = bpf_map__set_max_entries(guard->maps.prefixes, cpus * ECDN_XDP_PREFIX_SETS);
	return err ? log_error(err, "cannot size map prefixes") : 0;
}

int program_open(struct guard_bpf **guard, const char *pinned_dir, uint32_t max_regions)
{
	struct features features = features_probe();
	struct guard_bpf *opened = guard_bpf__open();
	int err;

	if (!opened)
		return object_load_error("the guard", -errno);
	opened->rodata->has_frags = features.frags;
	if (features.frags)
		bpf_program__set_flags(opened->progs.guard, BPF_F_XDP_HAS_FRAGS);
	err = pinned_dir ? object_share(opened->obj, pinned_dir) : size_maps(opened, max_regions);
	if (!err && (err = guard_bpf__load(opened)))
		object_load_error("the guard", err);
	if (err)
		guard_bpf__destroy(opened);
	else
		*guard = opened;
	return err;
}

void program_close(struct guard_bpf *guard)
{
	guard_bpf__destroy(guard);
}

int program_fd(const struct guard_bpf *guard)
{
	return bpf_program__fd(guard->progs.guard);
}

int program_pin(const struct guard_bpf *guard, const char *map_dir, const char *dir)
{
	int err = object_pin(guard->obj, map_dir);

	return err ?: pins_put(dir, PINS_PROGRAM, program_fd(guard));
}

static int load_iterator(struct regions_bpf *iterator, const struct guard_bpf *guard,
			 const char *map_dir)
{
	union bpf_iter_link_info info = { .map.map_fd = bpf_map__fd(guard->maps.region_stats) };
	LIBBPF_OPTS(bpf_iter_attach_opts, options,
		    .link_info = &info, .link_info_len = sizeof(info));
	int err;

	iterator->rodata->cpus = libbpf_num_possible_cpus();
	err = object_share(iterator->obj, map_dir);
	err = err ?: regions_bpf__load(iterator);
	if (err)
		return err;
	iterator->links.regions = bpf_program__attach_iter(iterator->progs.regions, &options);
	return iterator->links.regions ? 0 : -errno;
}

int program_pin_iterator(const struct guard_bpf *guard, const char *map_dir, const char *dir)
{
	struct regions_bpf *iterator = regions_bpf__open();
	char path[PINS_PATH_SIZE];
	int err;

	if (!iterator)
		return -errno;
	err = load_iterator(iterator, guard, map_dir);
	if (!err)
		err = bpf_obj_pin(bpf_link__fd(iterator->links.regions),
				  pins_path(dir, PINS_ITERATOR, path));
	regions_bpf__destroy(iterator);
	return err;
}
