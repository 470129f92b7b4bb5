// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/slot.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/maps.h"
#include "table/lines.h"

#define TABLE_BYTES (sizeof(struct ecdn_xdp_table_line) * ECDN_XDP_TABLE_LINES_MAX)

/* How often the table is looked up again when another one replaces it meanwhile. */
#define TRIES 100

static int map_lines(const struct slot *slot, int table, int protection,
		     const struct ecdn_xdp_table_line **lines)
{
	void *at = mmap(NULL, TABLE_BYTES, protection, MAP_SHARED, table, 0);

	if (at == MAP_FAILED)
		return log_error(-errno, "cannot map the %s table: %s", slot->table,
				 strerror(errno));
	*lines = at;
	return 0;
}

void slot_unmap(const struct ecdn_xdp_table_line *lines)
{
	if (lines)
		munmap((void *)lines, TABLE_BYTES);
}

int slot_new(const struct slot *slot, struct ecdn_xdp_table_line **lines)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	scoped_fd int table = bpf_map_create(BPF_MAP_TYPE_ARRAY, slot->pin, sizeof(__u32),
					     sizeof(**lines), ECDN_XDP_TABLE_LINES_MAX, &options);
	int err;

	if (table < 0)
		return log_error(table, "cannot create a %s table of %zu MiB: %s", slot->table,
				 TABLE_BYTES >> 20, strerror(-table));
	err = map_lines(slot, table, PROT_READ | PROT_WRITE,
			(const struct ecdn_xdp_table_line **)lines);
	return err ?: take_fd(&table);
}

int slot_freeze(int table, struct ecdn_xdp_table_line *lines)
{
	slot_unmap(lines);
	return bpf_map_freeze(table);
}

int slot_fill(const struct slot *slot, const struct ecdn_xdp_table_line *lines)
{
	struct ecdn_xdp_table_line *to;
	scoped_fd int table = slot_new(slot, &to);
	int err;

	if (table < 0)
		return table;
	memcpy(to, lines, lines_used(lines) * sizeof(*lines));
	err = slot_freeze(table, to);
	if (err)
		return log_error(err, "cannot freeze the %s table: %s", slot->table,
				 strerror(-err));
	return take_fd(&table);
}

int slot_put(const struct slot *slot, int map, const char *dir, int table)
{
	int err = maps_set(map, slot->map, &(__u32){ 0 }, &table);

	return err ?: pins_replace(dir, slot->pin, table, 0666);
}

int slot_drop(const struct slot *slot, int map, const char *dir)
{
	if (bpf_map_delete_elem(map, &(__u32){ 0 }) && errno != ENOENT)
		return log_error(-errno, "cannot write map %s: %s", slot->map, strerror(errno));
	return pins_drop(dir, slot->pin);
}

/* A table that is replaced between the lookup of its id and the opening is gone, and the
 * new one is looked up. -ENOENT is not logged: the slot is empty. */
static int open_current(const struct slot *slot, int map)
{
	int table = -ENOENT;
	__u32 id;

	for (int i = 0; i < TRIES && table == -ENOENT; i++) {
		if (bpf_map_lookup_elem(map, &(__u32){ 0 }, &id))
			return errno == ENOENT ? -ENOENT :
			       log_error(-errno, "cannot read map %s: %s", slot->map,
					 strerror(errno));
		table = bpf_map_get_fd_by_id(id);
	}
	if (table == -ENOENT)
		return log_error(-EAGAIN, "cannot open the %s table: other commands keep "
				 "replacing it", slot->table);
	if (table < 0)
		log_error(table, "cannot open the %s table: %s%s", slot->table, strerror(-table),
			  table == -EPERM ? "; run as root" : "");
	return table;
}

int slot_map(const struct slot *slot, int map,
	      const struct ecdn_xdp_table_line **lines)
{
	scoped_fd int table = open_current(slot, map);

	*lines = NULL;
	if (table < 0)
		return table == -ENOENT ? 0 : table;
	return map_lines(slot, table, PROT_READ, lines);
}

int slot_line(const struct slot *slot, int map, __u32 index, struct ecdn_xdp_table_line *line)
{
	scoped_fd int table = open_current(slot, map);
	int err;

	if (table < 0)
		return table == -ENOENT ? 0 : table;
	err = maps_get(table, slot->pin, &index, line);
	return err ?: 1;
}

int slot_settle(const struct slot *slot, int map, const char *dir)
{
	scoped_fd int table = open_current(slot, map), pinned = -1;
	char path[PINS_PATH_SIZE];

	if (table < 0)
		return table == -ENOENT ? pins_drop(dir, slot->pin) : table;
	pinned = bpf_obj_get(pins_path(dir, slot->pin, path));
	if (pinned >= 0 && maps_id(pinned) == maps_id(table))
		return 0;
	return pins_replace(dir, slot->pin, table, 0666);
}
