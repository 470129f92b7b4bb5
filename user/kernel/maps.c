// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/maps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "ecdn-xdp-maps.h"
#include "kernel/capabilities.h"
#include "kernel/journal.h"
#include "kernel/object.h"
#include "kernel/pin_check.h"

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

int maps_info(int fd, const char *map, struct bpf_map_info *info)
{
	memset(info, 0, sizeof(*info));
	if (bpf_obj_get_info_by_fd(fd, info, &(__u32){ sizeof(*info) }))
		return log_error(-errno, "cannot read map %s: %s", map, strerror(errno));
	return 0;
}

static const char *type_name(__u32 type)
{
	return libbpf_bpf_map_type_str(type) ?: "a kind that is not known here";
}

/* The kernel cuts a map's name after so many bytes. */
#define NAME_SHOWN (BPF_OBJ_NAME_LEN - 1)

/* The number of which a map's entries are a multiple; regions: how many regions there is room for,
 * or 0 if that is not asked. */
static __u32 unit_of(const struct map_row *row, __u32 regions)
{
	return (row->per_region ? regions : row->entries) ?: 1;
}

/* What was replaced by hand would be read and written past its end. */
static bool is_map(const struct map_row *row, const struct bpf_map_info *info, __u32 regions)
{
	return info->type == row->type && info->key_size == row->key_size &&
	       info->value_size == row->value_size &&
	       !strncmp(info->name, row->name, NAME_SHOWN) &&
	       (!row->mmap || info->map_flags & BPF_F_MMAPABLE) &&
	       info->max_entries % unit_of(row, regions) == 0;
}

static int check_map(const struct map_row *row, int fd, const char *dir, __u32 regions)
{
	struct bpf_map_info info;
	char entries[64] = "";
	int err, kind = object_kind(fd);

	if (kind < 0)
		return pin_check_unread(dir, row->name, kind);
	if (kind != OBJECT_MAP)
		return log_error(-EPROTO, "%s/%s is not a map: " PIN_CHECK_ADVICE, dir, row->name);
	err = maps_info(fd, row->name, &info);
	if (err || is_map(row, &info, regions))
		return err;
	if (unit_of(row, regions) > 1)
		snprintf(entries, sizeof(entries), ", with a multiple of %u entries and not %u",
			 unit_of(row, regions), info.max_entries);
	return log_error(-EPROTO, "%s/%s is a map of type %s, named %s, with keys of %u and values "
			 "of %u bytes%s, and should be %s, %u, %u%s%s: " PIN_CHECK_ADVICE, dir,
			 row->name, type_name(info.type), info.name, info.key_size, info.value_size,
			 info.map_flags & BPF_F_MMAPABLE ? ", mmapable" : "",
			 type_name(row->type), row->key_size, row->value_size,
			 row->mmap ? ", mmapable" : "", entries);
}

static int open_row(const struct map_row *row, const struct pins *pins)
{
	scoped_fd int fd = -1;
	int err;

	if (!pins_exist(pins, row->name))
		return pin_check_missing(pins->dir, row->name);
	fd = pins->shared ? pins_read(pins->dir, row->name) : pins_open(pins, row->name);
	err = fd < 0 ? fd : check_map(row, fd, pins->dir, 0);
	return err ?: take_fd(&fd);
}

static bool is_shared(const struct map_row *row)
{
	return row->reader == MAP_STATS || row->reader == MAP_BOTH || row->reader == MAP_COUNTS;
}

int maps_open(const struct map_row *rows, void *maps, const struct pins *pins)
{
	maps_init(rows, maps);
	for (const struct map_row *row = rows; row->name; row++) {
		int fd;

		if (row->offset == MAP_CLOSED || (row->optional && !pins_exist(pins, row->name)) ||
		    (pins->shared && !is_shared(row)))
			continue;
		fd = open_row(row, pins);
		if (fd < 0) {
			maps_close(rows, maps);
			return fd;
		}
		*fd_of(row, maps) = fd;
		if (row->dir)
			strcpy((char *)maps + row->dir, pins->dir);
	}
	return 0;
}

static int check_folder(const char *dir, const struct map_row *row)
{
	char name[PINS_NAME_SIZE];
	unsigned int count;
	char **names;
	int err = pins_names(dir, row->folder, &names, &count);

	if (err)
		return err;
	for (unsigned int i = 0; i < count && !err; i++) {
		scoped_fd int fd = pin_check_open(dir, pins_interface(row->folder, names[i], name));

		err = fd < 0 ? fd : 0;
		if (err || (row->program && pin_check_is_program(fd, row->program) > 0))
			continue;
		err = pin_check_link(dir, name, row->link);
	}
	pins_free_names(names, count);
	return err;
}

static int check_row(const struct map_row *row, const char *dir, __u32 regions)
{
	scoped_fd int fd = -1;
	int err;

	if (row->folder)
		return check_folder(dir, row);
	if (row->optional && !pins_has(dir, row->name))
		return 0;
	if (row->program)
		return pin_check_program(dir, row->name);
	if (row->link)
		return pin_check_link(dir, row->name, row->link);
	fd = pin_check_open(dir, row->name);
	err = fd < 0 ? fd : check_map(row, fd, dir, regions);
	return err;
}

/* How many regions the configuration has room for; 0 if it cannot be read. */
static __u32 read_regions(const char *dir)
{
	struct ecdn_xdp_config config;
	struct bpf_map_info info = {};
	char path[PINS_PATH_SIZE];
	scoped_fd int fd = bpf_obj_get(pins_path(dir, "config", path));

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }) &&
	       info.value_size == sizeof(config) &&
	       !bpf_map_lookup_elem(fd, &(__u32){ 0 }, &config) ? config.max_regions : 0;
}

int maps_check(const struct map_row *rows, const char *dir)
{
	__u32 regions = read_regions(dir);
	int err = 0;

	for (const struct map_row *row = rows; row->name && !err; row++)
		err = check_row(row, dir, regions);
	return err;
}

int maps_drop(const struct map_row *rows, const char *dir)
{
	int err = 0;

	for (const struct map_row *row = rows; row->name && !err; row++)
		err = row->folder ? 0 : pins_drop(dir, row->name);
	return err;
}

static int fail(const char *what, const char *map, int err)
{
	/* Before Linux 5.19 that takes a capability. */
	if (err == -EPERM)
		return capabilities_error(err, CAPABILITIES_BPF, "cannot %s map %s", what, map);
	return log_error(err, "cannot %s map %s: %s", what, map, strerror(-err));
}

int maps_get(int fd, const char *map, const void *key, void *value)
{
	return bpf_map_lookup_elem(fd, key, value) ? fail("read", map, -errno) : 0;
}

/* One by one. */
static int get_each(int fd, const char *map, __u32 count, size_t size, char *values)
{
	int err = 0;

	for (__u32 key = 0; key < count && !err; key++)
		err = maps_get(fd, map, &key, values + key * size);
	return err;
}

/* An array's keys come in their order, so that only their number is to be checked. */
int maps_get_first(int fd, const char *map, __u32 count, size_t size, void *values)
{
	__u32 read = count, next;
	scoped_free __u32 *keys = calloc(count + 1, sizeof(*keys));

	if (!keys)
		return log_error(-ENOMEM, "out of memory for the map %s", map);
	if (!count)
		return 0;
	if (bpf_map_lookup_batch(fd, NULL, &next, keys, values, &read, NULL) && errno != ENOENT)
		return get_each(fd, map, count, size, values);
	return read == count ? 0 : get_each(fd, map, count, size, values);
}

int maps_set(int fd, const char *map, const void *key, const void *value)
{
	int err = journal_save(fd, map, key);

	if (err)
		return err;
	return bpf_map_update_elem(fd, key, value, BPF_ANY) ? fail("write", map, -errno) : 0;
}

int maps_next(int fd, const char *map, const void *last, void *key)
{
	if (!bpf_map_get_next_key(fd, last, key))
		return 1;
	return errno == ENOENT ? 0 : log_error(-errno, "cannot read map %s: %s", map,
					       strerror(errno));
}

int maps_delete(int fd, const char *map, const void *key)
{
	int err = journal_save(fd, map, key);

	if (err)
		return err;
	if (bpf_map_delete_elem(fd, key) && errno != ENOENT)
		return log_error(-errno, "cannot delete from map %s: %s", map, strerror(errno));
	return 0;
}

int maps_entries(int fd, const char *map, __u32 *entries)
{
	struct bpf_map_info info;
	int err = maps_info(fd, map, &info);

	*entries = info.max_entries;
	return err;
}

/* The kernel copies as many bytes as the map's keys have, whatever is expected. */
int maps_check_key(int fd, const char *map, size_t size)
{
	struct bpf_map_info info;
	int err = maps_info(fd, map, &info);

	if (err)
		return err;
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
