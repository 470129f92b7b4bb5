// SPDX-License-Identifier: BSD-2-Clause
#include "guard/region_store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "regions/table.h"
#include "table/lines.h"

const struct slot region_store_slot = { "region", "region_table", "region_lines" };

int region_store_add_source(struct region_sources *sources, const char *file)
{
	if (sources->count == ECDN_XDP_TABLE_SOURCES)
		return log_error(-E2BIG, "a table has at most %d region files; join some of them",
				 ECDN_XDP_TABLE_SOURCES);
	sources->file[sources->count++] = file;
	return 0;
}

/* The path is made absolute, as readers may run in another directory. */
static void note_source(char *to, const char *file)
{
	scoped_free char *path = realpath(file, NULL);

	snprintf(to, ECDN_XDP_SOURCE_SIZE, "%s", path ? path : file);
}

/* The names are in the table too: a process that maps a generation finds the names of its
 * ids there. */
static void fill_names(struct ecdn_xdp_table_line *lines, const struct names *names)
{
	struct ecdn_xdp_region_name *name = table_names(lines);

	for (uint32_t id = 0; id < names_count(names); id++) {
		const char *known = names_of(names, id) ?: "";

		memcpy(name[id].name, known, strlen(known));
	}
}

static void fill_header(struct ecdn_xdp_table_line *lines, const struct region_sources *sources,
			uint64_t number, uint64_t loaded_at)
{
	table_header(lines)->generation = number;
	table_header(lines)->loaded_at = loaded_at;
	for (unsigned int i = 0; i < sources->count; i++)
		note_source(table_path(lines, i + 1), sources->file[i]);
}

static int compile(const struct range_set *set, const struct region_sources *sources,
		   const struct names *names, struct ecdn_xdp_table_line *lines)
{
	const struct table_room room = { names_count(names), sources->count };
	int err = table_compile(set, &room, lines, ECDN_XDP_TABLE_LINES_MAX);

	if (err == -ENOSPC)
		return log_error(err, "the region table is full: these ranges need more than its "
				 "%d lines; load fewer or shorter prefixes",
				 ECDN_XDP_TABLE_LINES_MAX);
	if (err)
		return log_error(err, "cannot make a region table: %s", strerror(-err));
	return 0;
}

int region_store_compile(const struct range_set *set, const struct region_sources *sources,
			 const struct names *names, uint64_t number, uint64_t loaded_at,
			 struct ecdn_xdp_table_line **lines)
{
	struct ecdn_xdp_table_line *compiled = lines_new();
	int err = compiled ? compile(set, sources, names, compiled) :
			     log_error(-ENOMEM, "out of memory for the region table");

	if (err) {
		lines_free(compiled);
		return err;
	}
	fill_names(compiled, names);
	fill_header(compiled, sources, number, loaded_at);
	log_info("region table: generation %lu, %zu IPv4 and %zu IPv6 ranges, %u lines", number,
		 set->v4.count, set->v6.count, lines_used(compiled));
	*lines = compiled;
	return 0;
}

int region_store_fits(int map, uint32_t lines)
{
	return slot_fits(&region_store_slot, map, lines, slot_roomy(lines, 0));
}

int region_store_make(const struct pins *pins, uint32_t lines, int old)
{
	return slot_make(&region_store_slot, pins, slot_roomy(lines, 0), old);
}

int region_store_table(const struct guard_maps *maps, const struct ecdn_xdp_table_line *lines)
{
	int room = slot_room(&region_store_slot, maps->region_table);

	if (room < 0)
		return room;
	log_info("region table: room for %d lines", room);
	return slot_table(&region_store_slot, room, lines);
}

/* The guard is never without a region table. */
static int no_table(void)
{
	return log_error(-ENOENT, "cannot read map region_table: %s", strerror(ENOENT));
}

int region_store_map(const struct guard_maps *maps, const struct ecdn_xdp_table_line **lines)
{
	int err = slot_map(&region_store_slot, maps->region_table, maps->dir, lines);

	return err ?: *lines ? 0 : no_table();
}

int region_store_used(const struct guard_maps *maps, uint64_t *number, uint32_t *used)
{
	const struct ecdn_xdp_table_line *lines;
	int err = region_store_map(maps, &lines);

	if (err)
		return err;
	*number = table_header((struct ecdn_xdp_table_line *)lines)->generation;
	*used = lines_used(lines);
	slot_unmap(lines);
	return 0;
}

/* The table that is pinned, if it is the one in use, or else that one by its number. */
static int open_silently(const char *dir, __u32 id)
{
	char path[PINS_PATH_SIZE];
	scoped_fd int pinned = bpf_obj_get(pins_path(dir, region_store_slot.pin, path));

	return pinned >= 0 && maps_id(pinned) == id ? take_fd(&pinned) : bpf_map_get_fd_by_id(id);
}

uint64_t region_store_seen(const char *dir)
{
	char path[PINS_PATH_SIZE];
	scoped_fd int map = bpf_obj_get(pins_path(dir, region_store_slot.map, path)), table = -1;
	struct ecdn_xdp_table_line line;
	struct bpf_map_info info = {};
	__u32 id = 0;

	/* User space reads the number of a table as a value of the array. */
	if (map < 0 || bpf_obj_get_info_by_fd(map, &info, &(__u32){ sizeof(info) }) ||
	    info.key_size != sizeof(id) || info.value_size != sizeof(id) ||
	    bpf_map_lookup_elem(map, &(__u32){ 0 }, &id))
		return 0;
	table = open_silently(dir, id);
	if (table < 0 || bpf_obj_get_info_by_fd(table, &info, &(__u32){ sizeof(info) }) ||
	    info.value_size != sizeof(line) ||
	    bpf_map_lookup_elem(table, &(__u32){ ECDN_XDP_TABLE_HEADER }, &line))
		return 0;
	return table_header(&line)->generation;
}
