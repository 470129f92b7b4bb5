// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/slot.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"

#define TABLE_BYTES (sizeof(struct ecdn_xdp_table_line) * ECDN_XDP_TABLE_LINES)
#define TRIES 100

const struct lines_slot lines_region = { "region", "region_table", PINS_REGION_LINES };
const struct lines_slot lines_trusted = { "trusted", "trusted_table", PINS_TRUSTED_LINES };

static int map_of(const struct lines_slot *slot, const struct maps *maps)
{
	return slot == &lines_region ? maps->region_table : maps->trusted_table;
}

static int map_lines(const struct lines_slot *slot, int table, int protection,
		     const struct ecdn_xdp_table_line **lines)
{
	void *at = mmap(NULL, TABLE_BYTES, protection, MAP_SHARED, table, 0);

	if (at == MAP_FAILED)
		return log_error(-errno, "cannot map the %s table: %s", slot->name,
				 strerror(errno));
	*lines = at;
	return 0;
}

void lines_unmap(const struct ecdn_xdp_table_line *lines)
{
	if (lines)
		munmap((void *)lines, TABLE_BYTES);
}

int lines_new(const struct lines_slot *slot, struct ecdn_xdp_table_line **lines)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	scoped_fd int table = bpf_map_create(BPF_MAP_TYPE_ARRAY, slot->pin, sizeof(__u32),
					     sizeof(**lines), ECDN_XDP_TABLE_LINES, &options);
	int err;

	if (table < 0)
		return log_error(table, "cannot create a %s table of %zu MiB: %s", slot->name,
				 TABLE_BYTES >> 20, strerror(-table));
	err = map_lines(slot, table, PROT_READ | PROT_WRITE,
			(const struct ecdn_xdp_table_line **)lines);
	return err ?: take_fd(&table);
}

int lines_freeze(int table, struct ecdn_xdp_table_line *lines)
{
	lines_unmap(lines);
	return bpf_map_freeze(table);
}

int lines_put(const struct lines_slot *slot, const struct maps *maps, const char *dir, int table)
{
	int err = maps_set(map_of(slot, maps), slot->map, &(__u32){ 0 }, &table);

	return err ?: pins_replace(dir, slot->pin, table, 0666);
}

int lines_drop(const struct lines_slot *slot, const struct maps *maps, const char *dir)
{
	if (bpf_map_delete_elem(map_of(slot, maps), &(__u32){ 0 }) && errno != ENOENT)
		return log_error(-errno, "cannot write map %s: %s", slot->map, strerror(errno));
	return pins_drop(dir, slot->pin);
}

/* A table that is replaced between the two steps is gone: then once more. -ENOENT,
 * not said: there is none. */
static int open_current(const struct lines_slot *slot, const struct maps *maps)
{
	int table = -ENOENT;
	__u32 id;

	for (int i = 0; i < TRIES && table == -ENOENT; i++) {
		if (bpf_map_lookup_elem(map_of(slot, maps), &(__u32){ 0 }, &id))
			return errno == ENOENT ? -ENOENT :
			       log_error(-errno, "cannot read map %s: %s", slot->map,
					 strerror(errno));
		table = bpf_map_get_fd_by_id(id);
	}
	if (table == -ENOENT)
		return log_error(-EAGAIN, "cannot open the %s table: others replace it all the time",
				 slot->name);
	if (table < 0)
		log_error(table, "cannot open the %s table: %s%s", slot->name, strerror(-table),
			  table == -EPERM ? "; run as root" : "");
	return table;
}

int lines_map(const struct lines_slot *slot, const struct maps *maps,
	      const struct ecdn_xdp_table_line **lines)
{
	scoped_fd int table = open_current(slot, maps);

	*lines = NULL;
	if (table < 0)
		return table == -ENOENT ? 0 : table;
	return map_lines(slot, table, PROT_READ, lines);
}

static __u32 id_of(int fd)
{
	struct bpf_map_info info = {};

	return bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }) ? 0 : info.id;
}

/* An empty slot's pin goes. */
static int pin(const struct lines_slot *slot, const struct maps *maps, const char *dir)
{
	scoped_fd int table = open_current(slot, maps), pinned = -1;
	char path[PINS_PATH_SIZE];

	if (table < 0)
		return table == -ENOENT ? pins_drop(dir, slot->pin) : table;
	pinned = bpf_obj_get(pins_path(dir, slot->pin, path));
	if (pinned >= 0 && id_of(pinned) == id_of(table))
		return 0;
	return pins_replace(dir, slot->pin, table, 0666);
}

int lines_pin(const struct maps *maps, const char *dir)
{
	return pin(&lines_region, maps, dir) ?: pin(&lines_trusted, maps, dir);
}
