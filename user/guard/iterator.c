// SPDX-License-Identifier: BSD-2-Clause
#include "guard/iterator.h"

#include <errno.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "kernel/object.h"
#include "regions.skel.h"

static int load(struct regions_bpf *iterator, const struct guard_maps *maps,
		uint32_t max_regions, const struct pins *pins)
{
	union bpf_iter_link_info info = { .map.map_fd = maps->region_name };
	LIBBPF_OPTS(bpf_iter_attach_opts, options,
		    .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_map_info counts = {};
	int err;

	if (bpf_obj_get_info_by_fd(maps->region_cpu, &counts, &(__u32){ sizeof(counts) }))
		return -errno;
	iterator->rodata->cpus = counts.max_entries / max_regions;
	iterator->rodata->max_regions = max_regions;
	err = object_share(iterator->obj, pins);
	err = err ?: regions_bpf__load(iterator);
	if (err)
		return err;
	iterator->links.regions = bpf_program__attach_iter(iterator->progs.regions, &options);
	return iterator->links.regions ? 0 : -errno;
}

int iterator_pin(const struct guard_maps *maps, uint32_t max_regions, const struct pins *pins)
{
	struct regions_bpf *iterator = regions_bpf__open();
	char path[PINS_PATH_SIZE];
	int err;

	if (!iterator)
		return -errno;
	err = load(iterator, maps, max_regions, pins);
	if (!err)
		err = bpf_obj_pin(bpf_link__fd(iterator->links.regions),
				  pins_path(pins->next, ITERATOR_PIN, path));
	regions_bpf__destroy(iterator);
	return err;
}
