// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/capabilities.h"

/* True for maps that libbpf makes for an object's own variables, which are of no use
 * outside it. */
static bool is_internal(const struct bpf_map *map)
{
	return strchr(bpf_map__name(map), '.');
}

static int share(struct bpf_map *map, const struct pins *pins)
{
	const char *name = bpf_map__name(map);
	scoped_fd int fd = pins_open(pins, name);
	int err;

	if (fd < 0)
		return fd;
	err = bpf_map__reuse_fd(map, fd);
	return err ? log_error(err, "cannot use the pinned map %s: %s", name, strerror(-err)) : 0;
}

int object_share(struct bpf_object *object, const struct pins *pins)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, object)
		if (!err && !is_internal(map) && pins_exist(pins, bpf_map__name(map)))
			err = share(map, pins);
	return err;
}

static int read_name(int fd, char name[BPF_OBJ_NAME_LEN])
{
	union {
		struct bpf_map_info map;
		struct bpf_prog_info program;
	} info = {};
	bool is_map = object_kind(fd) == OBJECT_MAP;

	if (bpf_obj_get_info_by_fd(fd, &info, &(__u32){ is_map ? sizeof(info.map) :
								 sizeof(info.program) }))
		return -errno;
	memcpy(name, is_map ? info.map.name : info.program.name, BPF_OBJ_NAME_LEN);
	return 0;
}

int object_check_name(int fd, const char *name)
{
	char found[BPF_OBJ_NAME_LEN];
	int err = read_name(fd, found);

	if (err)
		return log_error(err, "cannot read %s: %s", name, strerror(-err));
	return !strncmp(found, name, BPF_OBJ_NAME_LEN - 1) ? 0 :
	       log_error(-EAGAIN, "cannot make %s: it lacks its name, as memory or something else "
			 "was short for a moment; run this command again", name);
}

static int pin_new_maps(struct bpf_object *object, const struct pins *pins)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, object)
		if (!err && !is_internal(map) && !pins_exist(pins, bpf_map__name(map)))
			err = object_check_name(bpf_map__fd(map), bpf_map__name(map)) ?:
			      pins_put(pins->next, bpf_map__name(map), bpf_map__fd(map));
	return err;
}

static int pin_loaded(struct bpf_object *object, const struct object_names *names,
		      const struct pins *pins)
{
	int program = bpf_program__fd(bpf_object__next_program(object, NULL)), fd;
	int err = object_check_name(program, strrchr(names->pin, '/') + 1);

	err = err ?: pin_new_maps(object, pins);
	err = err ?: pins_put(pins->next, names->pin, program);
	if (err)
		return err;
	fd = fcntl(program, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? log_error(-errno, "cannot duplicate the fd of %s: %s", names->label,
				  strerror(errno)) : fd;
}

int object_load(struct bpf_object_skeleton *skeleton, const struct object_names *names,
		const struct pins *pins)
{
	int err = bpf_object__load_skeleton(skeleton);

	return err ? object_load_error(names->label, err) :
		     pin_loaded(*skeleton->obj, names, pins);
}

int object_load_or(struct bpf_object_skeleton *skeleton, const struct object_names *names,
		   const char *without, const struct pins *pins)
{
	int err = bpf_object__load_skeleton(skeleton);
	char lacks[CAPABILITIES_SIZE], *lack = NULL;

	if (!err)
		return pin_loaded(*skeleton->obj, names, pins);
	if (err == -EPERM)
		lack = capabilities_lacking(CAPABILITIES_LOAD, lacks);
	log_warning("cannot load %s: %s%s%s, so %s", names->label, strerror(-err),
		    lack ? ", as this process lacks " : "", lack ?: "", without);
	return -EOPNOTSUPP;
}

int object_loaded(const struct object_names *names, const struct pins *pins)
{
	if (pins_has(pins->next, names->pin))
		return pins_get(pins->next, names->pin);
	return pins->finishes ? pins_get(pins->dir, names->pin) : -ENOENT;
}

static int make_error(const char *name, int err)
{
	if (err == -EPERM)
		return capabilities_error(err, CAPABILITIES_LOAD, "cannot create map %s", name);
	return log_error(err, "cannot create map %s: %s", name, strerror(-err));
}

int object_make_map(struct bpf_object *object, const struct pins *pins, const char *name,
		    __u32 entries)
{
	struct bpf_program *program;
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_program(program, object)
		err = err ?: bpf_program__set_autoload(program, false);
	bpf_object__for_each_map(map, object)
		err = err ?: bpf_map__set_autocreate(map, !strcmp(bpf_map__name(map), name));
	map = bpf_object__find_map_by_name(object, name);
	err = err ?: map ? bpf_map__set_max_entries(map, entries) : -ENOENT;
	err = err ?: bpf_object__load(object);
	if (err)
		return make_error(name, err);
	err = object_check_name(bpf_map__fd(map), name);
	return err ?: pins_put(pins->next, name, bpf_map__fd(map));
}

/* bpf_obj_get() returns a map, a program or a link; only the name of the anonymous inode
 * tells which. */
int object_kind(int fd)
{
	char path[64], name[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, name, sizeof(name) - 1) < 0)
		return -errno;
	if (strstr(name, "bpf-map"))
		return OBJECT_MAP;
	return strstr(name, "bpf-prog") ? OBJECT_PROGRAM : OBJECT_LINK;
}

/* The kernel lets no program have more maps. */
#define MAPS_MAX 64

int object_uses(int program, int map)
{
	__u32 ids[MAPS_MAX];
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids };
	struct bpf_map_info map_info = {};

	if (bpf_obj_get_info_by_fd(program, &info, &(__u32){ sizeof(info) }) ||
	    bpf_obj_get_info_by_fd(map, &map_info, &(__u32){ sizeof(map_info) }))
		return log_error(-errno, "cannot tell which maps a program has: %s",
				 strerror(errno));
	for (__u32 i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++)
		if (ids[i] == map_info.id)
			return 1;
	return 0;
}

int object_load_error(const char *label, int err)
{
	char lacks[CAPABILITIES_SIZE];

	/* The verifier refuses with EACCES what CAP_PERFMON allows. */
	if (err == -EPERM || (err == -EACCES && capabilities_lacking(CAPABILITIES_LOAD, lacks)))
		return capabilities_error(err, CAPABILITIES_LOAD, "cannot load %s", label);
	return log_error(err, "cannot load %s: %s; -v -v shows what the kernel reports", label,
			 strerror(-err));
}
