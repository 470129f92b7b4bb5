// SPDX-License-Identifier: BSD-2-Clause
#include "guard/iterator.h"

#include <errno.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "kernel/object.h"
#include "regions.skel.h"

static int load(struct regions_bpf *iterator, int region_stats, const struct pins *pins)
{
	union bpf_iter_link_info info = { .map.map_fd = region_stats };
	LIBBPF_OPTS(bpf_iter_attach_opts, options,
		    .link_info = &info, .link_info_len = sizeof(info));
	int err;

	iterator->rodata->cpus = libbpf_num_possible_cpus();
	err = object_share(iterator->obj, pins);
	err = err ?: regions_bpf__load(iterator);
	if (err)
		return err;
	iterator->links.regions = bpf_program__attach_iter(iterator->progs.regions, &options);
	return iterator->links.regions ? 0 : -errno;
}

int iterator_pin(int region_stats, const struct pins *pins)
{
	struct regions_bpf *iterator = regions_bpf__open();
	char path[PINS_PATH_SIZE];
	int err;

	if (!iterator)
		return -errno;
	err = load(iterator, region_stats, pins);
	if (!err)
		err = bpf_obj_pin(bpf_link__fd(iterator->links.regions),
				  pins_path(pins->next, ITERATOR_PIN, path));
	regions_bpf__destroy(iterator);
	return err;
}
