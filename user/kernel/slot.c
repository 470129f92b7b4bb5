// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/capabilities.h"
#include "kernel/journal.h"
#include "kernel/maps.h"
#include "kernel/object.h"
#include "kernel/part.h"
#include "kernel/pins_beside.h"
#include "table/lines.h"

/* How often the table is looked up again when another one replaces it meanwhile, which takes
 * renames of two pins at the most. */
#define TRIES 50
#define PAUSE_US 1000

__u32 slot_roomy(__u32 lines, __u32 least)
{
	__u32 room = lines + lines / 4;

	room = ((room > least ? room : least) + SLOT_UNIT - 1) / SLOT_UNIT * SLOT_UNIT;
	return room < ECDN_XDP_TABLE_LINES_MAX ? room : ECDN_XDP_TABLE_LINES_MAX;
}

int slot_room(const struct slot *slot, int map)
{
	struct bpf_map_info info;
	int err = maps_info(map, slot->map, &info);

	if (!err && info.max_entries > ECDN_XDP_TABLE_LINES_MAX / SLOT_UNIT)
		err = log_error(-EPROTO, "map %s has %u entries, more than any table needs: "
				"somebody has replaced it; `ecdn-xdp unload --all` removes all "
				"pins", slot->map, info.max_entries);
	return err ?: (int)(info.max_entries * SLOT_UNIT);
}

int slot_fits(const struct slot *slot, int map, __u32 lines, __u32 roomy)
{
	int room = slot_room(slot, map);

	if (room < 0)
		return room;
	if (lines > (__u32)room)
		return PART_FULL;
	return (__u32)room / 2 > roomy ? PART_WASTES : PART_FITS;
}

/* Maps a table's map over the beginning of memory for a table of any size. */
static int map_lines(const struct slot *slot, int table, int protection,
		     const struct ecdn_xdp_table_line **lines)
{
	struct bpf_map_info info;
	int err = maps_info(table, slot->pin, &info);
	struct ecdn_xdp_table_line *at;

	if (err)
		return err;
	if (info.value_size != sizeof(**lines) || info.max_entries > ECDN_XDP_TABLE_LINES_MAX)
		return log_error(-EPROTO, "map %s is not a table of lines", slot->pin);
	at = lines_new();
	if (!at)
		return log_error(-ENOMEM, "out of memory for the %s table", slot->table);
	if (mmap(at, sizeof(**lines) * info.max_entries, protection, MAP_SHARED | MAP_FIXED, table,
		 0) == MAP_FAILED) {
		err = log_error(-errno, "cannot map the %s table: %s", slot->table,
				strerror(errno));
		lines_free(at);
		return err;
	}
	*lines = at;
	return 0;
}

void slot_unmap(const struct ecdn_xdp_table_line *lines)
{
	lines_free((struct ecdn_xdp_table_line *)lines);
}

static int create_table(const struct slot *slot, __u32 room)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	scoped_fd int table = bpf_map_create(BPF_MAP_TYPE_ARRAY, slot->pin, sizeof(__u32),
					     sizeof(struct ecdn_xdp_table_line), room, &options);
	int err;

	if (table == -EPERM)
		return capabilities_error(table, CAPABILITIES_BPF, "cannot create a %s table",
					  slot->table);
	if (table < 0)
		return log_error(table, "cannot create a %s table of %zu KiB: %s", slot->table,
				 room * sizeof(struct ecdn_xdp_table_line) >> 10,
				 strerror(-table));
	err = object_check_name(table, slot->pin);
	return err ?: take_fd(&table);
}

int slot_table(const struct slot *slot, __u32 room, const struct ecdn_xdp_table_line *lines)
{
	scoped_fd int table = create_table(slot, room);
	const struct ecdn_xdp_table_line *to;
	int err = table < 0 ? table : map_lines(slot, table, PROT_READ | PROT_WRITE, &to);

	if (err)
		return err;
	/* NOLINTNEXTLINE(clang-analyzer-core.*): map_lines() has set it. */
	memcpy((void *)to, lines, lines_used(lines) * sizeof(*lines));
	slot_unmap(to);
	err = bpf_map_freeze(table);
	return err ? log_error(err, "cannot freeze a %s table: %s", slot->table, strerror(-err)) :
	       take_fd(&table);
}

static int create_array(const struct slot *slot, __u32 room)
{
	scoped_fd int like = create_table(slot, room);
	LIBBPF_OPTS(bpf_map_create_opts, options, .inner_map_fd = like);
	scoped_fd int array = -1;
	int err;

	if (like < 0)
		return like;
	array = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, slot->map, sizeof(__u32),
			       sizeof(__u32), room / SLOT_UNIT, &options);
	if (array < 0)
		return log_error(array, "cannot create map %s: %s", slot->map, strerror(-array));
	err = object_check_name(array, slot->map);
	return err ?: take_fd(&array);
}

static int copy_table(const struct slot *slot, int array, const struct pins *pins, __u32 room,
		      int old)
{
	const struct ecdn_xdp_table_line *lines;
	int err = slot_map(slot, old, pins->dir, &lines);
	scoped_fd int table = -1;

	if (err || !lines)
		return err;
	table = slot_table(slot, room, lines);
	slot_unmap(lines);
	return table < 0 ? table : slot_put(slot, array, pins->next, table);
}

int slot_make(const struct slot *slot, const struct pins *pins, __u32 room, int old)
{
	scoped_fd int array = create_array(slot, room);
	int err = array < 0 ? array : pins_put(pins->next, slot->map, array);

	return err || old < 0 ? err : copy_table(slot, array, pins, room, old);
}

/* The table that is to be put back; its pin, by which it is opened, has a step of its own. */
struct old {
	const struct slot *slot;
	int map, table;         /* fds; table -1: the slot was empty */
};

static void undo_put(void *saved, bool undo)
{
	struct old *old = saved;
	int err = 0;

	if (undo)
		err = old->table < 0 ? bpf_map_delete_elem(old->map, &(__u32){ 0 }) :
				       bpf_map_update_elem(old->map, &(__u32){ 0 }, &old->table,
							   BPF_ANY);
	if (err && err != -ENOENT)
		log_warning("the %s table cannot be put back: %s", old->slot->table,
			    strerror(-err));
	scoped_close(&old->map);
	scoped_close(&old->table);
}

static int save(const struct slot *slot, int map, const char *dir)
{
	struct old old = { slot, -1, -1 };
	int err = 0;

	if (!journal_is_open())
		return 0;
	if (pins_has(dir, slot->pin))
		err = old.table = pins_get(dir, slot->pin);
	if (err < 0)
		return err;
	old.map = fcntl(map, F_DUPFD_CLOEXEC, 0);
	if (old.map >= 0)
		return journal_add(undo_put, &old, sizeof(old));
	err = log_error(-errno, "cannot duplicate the fd of map %s: %s", slot->map,
			strerror(errno));
	scoped_close(&old.table);
	return err;
}

int slot_put(const struct slot *slot, int map, const char *dir, int table)
{
	int err = save(slot, map, dir);

	err = err ?: pins_beside_put(dir, slot->pin, table);
	err = err ?: maps_set(map, slot->map, &(__u32){ 0 }, &table);
	err = err ?: pins_beside_take(dir, slot->pin);
	if (err)
		pins_beside_drop(dir, slot->pin);
	return err;
}

int slot_drop(const struct slot *slot, int map, const char *dir)
{
	int err = save(slot, map, dir);

	if (err)
		return err;
	if (bpf_map_delete_elem(map, &(__u32){ 0 }) && errno != ENOENT)
		return log_error(-errno, "cannot write map %s: %s", slot->map, strerror(errno));
	return pins_drop(dir, slot->pin);
}

/* The id of the table in use; 0, with *err, if it cannot be told. */
static __u32 current_id(const struct slot *slot, int map, int *err)
{
	__u32 id = 0;

	*err = 0;
	if (bpf_map_lookup_elem(map, &(__u32){ 0 }, &id))
		*err = errno == ENOENT ? -ENOENT : log_error(-errno, "cannot read map %s: %s",
							     slot->map, strerror(errno));
	return id;
}

/* Opens a pin if it is the table of that id. */
static int open_pin(const char *dir, const char *name, __u32 id)
{
	char path[PINS_PATH_SIZE];
	scoped_fd int fd = bpf_obj_get(pins_path(dir, name, path));

	return fd >= 0 && maps_id(fd) == id ? take_fd(&fd) : -ENOENT;
}

/* The pin of the name may be one table behind, and the one beside it one ahead. What is built is
 * in another directory. */
static int open_pinned(const struct slot *slot, const char *dir, __u32 id)
{
	char next[PINS_PATH_SIZE], beside[PINS_BESIDE_SIZE];
	const char *const dirs[] = { dir, next };
	int table = -ENOENT;

	snprintf(next, sizeof(next), "%s-next", dir);
	pins_beside_name(slot->pin, beside);
	for (int i = 0; i < 2 && table < 0; i++) {
		table = open_pin(dirs[i], slot->pin, id);
		if (table < 0)
			table = open_pin(dirs[i], beside, id);
	}
	return table;
}

static int open_by_id(const struct slot *slot, const char *dir, __u32 id)
{
	int table = id ? bpf_map_get_fd_by_id(id) : -EAGAIN;

	if (table == -EAGAIN || table == -ENOENT)
		return log_error(-EAGAIN, "cannot open the %s table: other commands keep replacing "
				 "it", slot->table);
	if (table == -EPERM)
		return capabilities_error(table, CAPABILITIES_SYS_ADMIN, "cannot find the %s "
					  "table, which is not what %s/%s is", slot->table, dir,
					  slot->pin);
	return table < 0 ? log_error(table, "cannot open the %s table: %s", slot->table,
				     strerror(-table)) : table;
}

/* Where programs are loaded again, the array is replaced as well as the table. */
static int current_of_dir(const struct slot *slot, const char *dir, __u32 *id)
{
	char path[PINS_PATH_SIZE];
	scoped_fd int map = bpf_obj_get(pins_path(dir, slot->map, path));

	return map >= 0 && !bpf_map_lookup_elem(map, &(__u32){ 0 }, id) ? 0 : -ENOENT;
}

int slot_open(const struct slot *slot, int map, const char *dir)
{
	int table = -ENOENT, err;
	__u32 id = 0, other;

	for (int i = 0; i < TRIES && table < 0; i++) {
		id = current_id(slot, map, &err);
		if (err)
			return err;
		table = open_pinned(slot, dir, id);
		if (table < 0 && !current_of_dir(slot, dir, &other) && other != id)
			table = open_pinned(slot, dir, other);
		if (table < 0)
			usleep(PAUSE_US);
	}
	return table < 0 ? open_by_id(slot, dir, id) : table;
}

int slot_map(const struct slot *slot, int map, const char *dir,
	     const struct ecdn_xdp_table_line **lines)
{
	scoped_fd int table = slot_open(slot, map, dir);

	*lines = NULL;
	if (table < 0)
		return table == -ENOENT ? 0 : table;
	return map_lines(slot, table, PROT_READ, lines);
}

int slot_line(const struct slot *slot, int map, const char *dir, __u32 index,
	      struct ecdn_xdp_table_line *line)
{
	scoped_fd int table = slot_open(slot, map, dir);
	int err;

	if (table < 0)
		return table == -ENOENT ? 0 : table;
	err = maps_get(table, slot->pin, &index, line);
	return err ?: 1;
}

int slot_settle(const struct slot *slot, int map, const char *dir)
{
	scoped_fd int table = slot_open(slot, map, dir), pinned = -1;
	char path[PINS_PATH_SIZE];

	if (table < 0 && table != -ENOENT)
		return table;
	if (table >= 0)
		pinned = bpf_obj_get(pins_path(dir, slot->pin, path));
	if (table >= 0 && (pinned < 0 || maps_id(pinned) != maps_id(table)))
		return pins_beside_replace(dir, slot->pin, table);
	pins_beside_drop(dir, slot->pin);
	return table < 0 ? pins_drop(dir, slot->pin) : 0;
}
