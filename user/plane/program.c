// SPDX-License-Identifier: BSD-2-Clause
#include "plane/program.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/log.h"
#include "guard.skel.h"
#include "regions.skel.h"

struct features features_probe(void)
{
	struct features features = {
		.frags = libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_get_buff_len,
						 NULL) == 1,
	};

	return features;
}

/* Maps of the object that are of no use outside it. */
static bool is_internal(const struct bpf_map *map)
{
	return strchr(bpf_map__name(map), '.');
}

static int reuse_maps(struct bpf_object *object, const char *dir)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		int fd, err;

		if (is_internal(map))
			continue;
		fd = pins_get(dir, bpf_map__name(map));
		if (fd < 0)
			return fd;
		err = bpf_map__reuse_fd(map, fd);
		close(fd);
		if (err)
			return log_error(err, "cannot use the pinned map %s: %s",
					 bpf_map__name(map), strerror(-err));
	}
	return 0;
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

static int load_error(int err)
{
	if (err == -EPERM)
		return log_error(err, "cannot load the guard: not permitted; run as root");
	return log_error(err, "cannot load the guard: %s; -v -v shows what the kernel says",
			 strerror(-err));
}

int program_open(struct guard_bpf **guard, const char *pinned_dir, uint32_t max_regions)
{
	struct features features = features_probe();
	struct guard_bpf *opened = guard_bpf__open();
	int err;

	if (!opened)
		return load_error(-errno);
	opened->rodata->has_frags = features.frags;
	if (features.frags)
		bpf_program__set_flags(opened->progs.guard, BPF_F_XDP_HAS_FRAGS);
	err = pinned_dir ? reuse_maps(opened->obj, pinned_dir) : size_maps(opened, max_regions);
	if (!err) {
		err = guard_bpf__load(opened);
		if (err)
			load_error(err);
	}
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

void program_maps(const struct guard_bpf *guard, struct maps *maps)
{
	maps->config = bpf_map__fd(guard->maps.config);
	maps->protected_ports = bpf_map__fd(guard->maps.protected_ports);
	maps->allow = bpf_map__fd(guard->maps.allow);
	maps->region_table = bpf_map__fd(guard->maps.region_table);
	maps->region_name = bpf_map__fd(guard->maps.region_name);
	maps->region_limits = bpf_map__fd(guard->maps.region_limits);
	maps->region_state = bpf_map__fd(guard->maps.region_state);
	maps->region_stats = bpf_map__fd(guard->maps.region_stats);
	maps->region_rate = bpf_map__fd(guard->maps.region_rate);
	maps->prefixes = bpf_map__fd(guard->maps.prefixes);
	maps->events = bpf_map__fd(guard->maps.events);
}

int program_pin_maps(const struct guard_bpf *guard, const char *dir)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, guard->obj)
		if (!err && !is_internal(map))
			err = pins_put(dir, bpf_map__name(map), bpf_map__fd(map));
	return err;
}

int program_pin(const struct guard_bpf *guard, const char *dir)
{
	return pins_put(dir, PINS_PROGRAM, program_fd(guard));
}

/* The guard's map of the same name. */
static int share_map(struct bpf_map *map, const struct guard_bpf *guard)
{
	if (is_internal(map))
		return 0;
	return bpf_map__reuse_fd(map, bpf_object__find_map_fd_by_name(guard->obj,
								      bpf_map__name(map)));
}

static int load_iterator(struct regions_bpf *iterator, const struct guard_bpf *guard)
{
	union bpf_iter_link_info info = { .map.map_fd = bpf_map__fd(guard->maps.region_stats) };
	LIBBPF_OPTS(bpf_iter_attach_opts, options,
		    .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_map *map;
	int err = 0;

	iterator->rodata->cpus = libbpf_num_possible_cpus();
	bpf_object__for_each_map(map, iterator->obj)
		err = err ?: share_map(map, guard);
	err = err ?: regions_bpf__load(iterator);
	if (err)
		return err;
	iterator->links.regions = bpf_program__attach_iter(iterator->progs.regions, &options);
	return iterator->links.regions ? 0 : -errno;
}

int program_pin_iterator(const struct guard_bpf *guard, const char *dir)
{
	struct regions_bpf *iterator = regions_bpf__open();
	char path[PINS_PATH_SIZE];
	int err;

	if (!iterator)
		return -errno;
	err = load_iterator(iterator, guard);
	if (!err)
		err = bpf_obj_pin(bpf_link__fd(iterator->links.regions),
				  pins_path(dir, PINS_ITERATOR, path));
	regions_bpf__destroy(iterator);
	return err;
}
