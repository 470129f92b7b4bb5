// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/carry.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/maps.h"
#include "kernel/slot.h"

/* A hash may have any room that is enough. */
static bool same_shape(const struct bpf_map *map, const struct bpf_map_info *info)
{
	bool is_array = info->type == BPF_MAP_TYPE_ARRAY || info->type == BPF_MAP_TYPE_PERCPU_ARRAY;

	return info->type == bpf_map__type(map) && info->key_size == bpf_map__key_size(map) &&
	       info->value_size == bpf_map__value_size(map) &&
	       info->map_flags == bpf_map__map_flags(map) &&
	       (!is_array || info->max_entries == bpf_map__max_entries(map));
}

int carry_mode(const char *from, const char *to, const char *name)
{
	char path[PINS_PATH_SIZE];
	struct stat of;

	if (stat(pins_path(from, name, path), &of))
		return log_error(-errno, "cannot look at %s: %s", path, strerror(errno));
	return pins_permit(to, name, of.st_mode & 0777, of.st_gid);
}

static int share_one(const struct bpf_map *map, const struct pins *pins, const char *name)
{
	scoped_fd int fd = pins_get(pins->dir, name);
	struct bpf_map_info info;
	int err = fd < 0 ? fd : maps_info(fd, name, &info);

	if (err || !same_shape(map, &info))
		return err;
	err = pins_put(pins->next, name, fd);
	return err ?: carry_mode(pins->dir, pins->next, name);
}

int carry_share(const struct bpf_object *object, const struct pins *pins,
		const char *const *names)
{
	int err = 0;

	for (; pins->carries && *names && !err; names++) {
		const struct bpf_map *map = bpf_object__find_map_by_name(object, *names);

		if (map && pins_has(pins->dir, *names) && !pins_has(pins->next, *names))
			err = share_one(map, pins, *names);
	}
	return err;
}

int carry_open(const char *from, const char *name, __u32 value_size)
{
	scoped_fd int fd = pins_get(from, name);
	struct bpf_map_info info;
	int err = fd < 0 ? fd : maps_info(fd, name, &info);

	if (err)
		return err;
	if (info.key_size != sizeof(__u32) || info.value_size != value_size)
		return log_error(-EPROTO, "%s/%s has values of %u bytes and not of %u: it is "
				 "another's", from, name, info.value_size, value_size);
	return take_fd(&fd);
}

#define TABLE_BYTES (ABI2_TABLE_LINES * sizeof(struct abi2_line))

static int map_table(int table, const char *name, const struct abi2_line **lines)
{
	struct bpf_map_info info;
	int err = maps_info(table, name, &info);
	void *at;

	if (err)
		return err;
	if (info.max_entries != ABI2_TABLE_LINES || info.value_size != sizeof(**lines))
		return log_error(-EPROTO, "map %s holds no table", name);
	at = mmap(NULL, TABLE_BYTES, PROT_READ, MAP_SHARED, table, 0);
	if (at == MAP_FAILED)
		return log_error(-errno, "cannot map %s: %s", name, strerror(errno));
	*lines = at;
	return 0;
}

int carry_map(const char *from, const char *name, const char *pin,
	      const struct abi2_line **lines)
{
	const struct slot of = { name, name, pin };
	scoped_fd int slot = carry_open(from, name, sizeof(__u32)), table = -1;
	const struct abi2_table_header *header;
	int err;

	*lines = NULL;
	if (slot < 0)
		return slot;
	table = slot_open(&of, slot, from);
	if (table < 0)
		return table == -ENOENT ? 0 : table;
	err = map_table(table, name, lines);
	if (err)
		return err;
	header = (const void *)&(*lines)[ABI2_TABLE_HEADER];
	/* NOLINTNEXTLINE(clang-analyzer-core.*): map_table() has set *lines. */
	if (header->magic == ABI2_TABLE_MAGIC)
		return 0;
	carry_unmap(*lines);
	*lines = NULL;
	return log_error(-EPROTO, "map %s holds no table", name);
}

void carry_unmap(const struct abi2_line *lines)
{
	if (lines)
		munmap((void *)lines, TABLE_BYTES);
}
