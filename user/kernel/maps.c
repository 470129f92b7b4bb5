// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/maps.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"

static int *fd_of(const struct map_row *row, void *maps)
{
	return (int *)((char *)maps + row->offset);
}

void maps_init(const struct map_row *rows, void *maps)
{
	for (const struct map_row *row = rows; row->name; row++)
		if (row->offset != MAP_CLOSED)
			*fd_of(row, maps) = -1;
}

void maps_close(const struct map_row *rows, void *maps)
{
	for (const struct map_row *row = rows; row->name; row++)
		if (row->offset != MAP_CLOSED && *fd_of(row, maps) >= 0)
			close(*fd_of(row, maps));
	maps_init(rows, maps);
}

int maps_open(const struct map_row *rows, void *maps, const struct pins *pins)
{
	maps_init(rows, maps);
	for (const struct map_row *row = rows; row->name; row++) {
		int fd;

		if (row->offset == MAP_CLOSED || (row->optional && !pins_exist(pins, row->name)))
			continue;
		fd = pins_open(pins, row->name);
		if (fd < 0) {
			maps_close(rows, maps);
			return fd;
		}
		*fd_of(row, maps) = fd;
	}
	return 0;
}

int maps_drop(const struct map_row *rows, const char *dir)
{
	int err = 0;

	for (const struct map_row *row = rows; row->name && !err; row++)
		err = pins_drop(dir, row->name);
	return err;
}

int maps_get(int fd, const char *map, const void *key, void *value)
{
	if (bpf_map_lookup_elem(fd, key, value))
		return log_error(-errno, "cannot read map %s: %s", map, strerror(errno));
	return 0;
}

int maps_set(int fd, const char *map, const void *key, const void *value)
{
	if (bpf_map_update_elem(fd, key, value, BPF_ANY))
		return log_error(-errno, "cannot write map %s: %s", map, strerror(errno));
	return 0;
}

int maps_delete(int fd, const char *map, const void *key)
{
	if (bpf_map_delete_elem(fd, key) && errno != ENOENT)
		return log_error(-errno, "cannot delete from map %s: %s", map, strerror(errno));
	return 0;
}

/* The kernel copies as many bytes as the map's keys have, whatever is expected. */
int maps_check_key(int fd, const char *map, size_t size)
{
	struct bpf_map_info info = {};

	if (bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }))
		return log_error(-errno, "cannot read map %s: %s", map, strerror(errno));
	return info.key_size == size ? 0 :
	       log_error(-EPROTO, "map %s has keys of %u bytes and not of %zu: it is another's",
			 map, info.key_size, size);
}

int maps_filter(int fd, const char *map, maps_keep *keep, void *context)
{
	__u32 key, next;
	int err = maps_check_key(fd, map, sizeof(key));

	if (err)
		return err;
	err = bpf_map_get_next_key(fd, NULL, &key);

	while (!err) {
		/* The next key is asked for before this one is deleted: for a key that is
		 * gone the kernel starts again with the first. */
		err = bpf_map_get_next_key(fd, &key, &next);
		if (!keep(key, context)) {
			int failed = maps_delete(fd, map, &key);

			if (failed)
				return failed;
		}
		key = next;
	}
	return err == -ENOENT ? 0 : log_error(err, "cannot read map %s: %s", map, strerror(-err));
}

__u32 maps_id(int fd)
{
	struct bpf_map_info info = {};

	return bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }) ? 0 : info.id;
}
