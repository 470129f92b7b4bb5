// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/object.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/pins.h"

/* Maps of the object that are of no use outside it. */
static bool is_internal(const struct bpf_map *map)
{
	return strchr(bpf_map__name(map), '.');
}

static bool is_pinned(const char *dir, const char *name)
{
	char path[PINS_PATH_SIZE];

	return !access(pins_path(dir, name, path), F_OK);
}

static int share(struct bpf_map *map, const char *dir)
{
	const char *name = bpf_map__name(map);
	scoped_fd int fd = pins_get(dir, name);
	int err;

	if (fd < 0)
		return fd;
	err = bpf_map__reuse_fd(map, fd);
	return err ? log_error(err, "cannot use the pinned map %s: %s", name, strerror(-err)) : 0;
}

int object_share(struct bpf_object *object, const char *dir)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, object)
		if (!err && !is_internal(map) && is_pinned(dir, bpf_map__name(map)))
			err = share(map, dir);
	return err;
}

int object_pin(struct bpf_object *object, const char *dir)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, object)
		if (!err && !is_internal(map) && !is_pinned(dir, bpf_map__name(map)))
			err = pins_put(dir, bpf_map__name(map), bpf_map__fd(map));
	return err;
}

int object_load_error(const char *program, int err)
{
	if (err == -EPERM)
		return log_error(err, "cannot load %s: not permitted; run as root", program);
	return log_error(err, "cannot load %s: %s; -v -v shows what the kernel says", program,
			 strerror(-err));
}
