// SPDX-License-Identifier: BSD-2-Clause
#include "plane/trusted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>

#include "core/log.h"
#include "core/scoped.h"
#include "regions/trusted_table.h"

#define TABLE_BYTES (sizeof(struct ecdn_xdp_table_line) * ECDN_XDP_TABLE_LINES)
#define TRIES 100

static struct ecdn_xdp_table_line *map_lines(int fd, int protection)
{
	void *lines = mmap(NULL, TABLE_BYTES, protection, MAP_SHARED, fd, 0);

	return lines == MAP_FAILED ? NULL : lines;
}

static void unmap(const struct ecdn_xdp_table_line *lines)
{
	if (lines)
		munmap((void *)lines, TABLE_BYTES);
}

/* A table that is replaced between the two steps is gone: then once more. -ENOENT,
 * not said: there is none. */
static int open_current(const struct maps *maps)
{
	for (int i = 0; i < TRIES; i++) {
		__u32 id, slot = 0;
		int fd;

		if (bpf_map_lookup_elem(maps->trusted_table, &slot, &id)) {
			if (errno == ENOENT)
				return -ENOENT;
			return log_error(-errno, "cannot read map trusted_table: %s",
					 strerror(errno));
		}
		fd = bpf_map_get_fd_by_id(id);
		if (fd >= 0)
			return fd;
		if (fd != -ENOENT)
			return log_error(fd, "cannot open the trusted table: %s%s", strerror(-fd),
					 fd == -EPERM ? "; run as root" : "");
	}
	return log_error(-EAGAIN, "cannot open the trusted table: others replace it all the time");
}

/* *lines is 0 where the list is empty. */
static int map_current(const struct maps *maps, const struct ecdn_xdp_table_line **lines)
{
	scoped_fd int fd = open_current(maps);

	*lines = NULL;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	*lines = map_lines(fd, PROT_READ);
	if (!*lines)
		return log_error(-errno, "cannot map the trusted table: %s", strerror(errno));
	return 0;
}

int trusted_read(const struct maps *maps, struct trusted_list *list)
{
	const struct ecdn_xdp_table_line *lines;
	int err = map_current(maps, &lines);

	if (err || !lines)
		return err;
	if (trusted_rows(lines, list))
		err = log_error(-ENOMEM, "out of memory for the trusted prefixes");
	unmap(lines);
	return err;
}

bool trusted_covers(const struct maps *maps, const struct address *address)
{
	const struct ecdn_xdp_table_line *lines;
	bool covers;

	if (map_current(maps, &lines) || !lines)
		return false;
	covers = trusted_lookup(lines, address);
	unmap(lines);
	return covers;
}

static int refuse(const struct trusted_list *list, int err)
{
	if (err == -ENOSPC)
		return log_error(err, "no room for %zu allowed prefixes and nodes: a table of %d "
				 "lines holds %d of any kind; nothing was changed", list->count,
				 ECDN_XDP_TABLE_LINES, TRUSTED_ALWAYS);
	return log_error(err, "cannot make a trusted table: %s", strerror(-err));
}

int trusted_fits(const struct trusted_list *list)
{
	struct ecdn_xdp_table_line *lines;
	int err;

	if (list->count <= TRUSTED_ALWAYS)
		return 0;
	lines = calloc(ECDN_XDP_TABLE_LINES, sizeof(*lines));
	err = lines ? trusted_compile(list, lines) : -ENOMEM;
	free(lines);
	return err ? refuse(list, err) : 0;
}

/* Compiles into a new map, frozen once no writable mapping of it is left. */
int trusted_make(const struct trusted_list *list, uint64_t generation)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	scoped_fd int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, PINS_TRUSTED_LINES, sizeof(__u32),
					  sizeof(struct ecdn_xdp_table_line),
					  ECDN_XDP_TABLE_LINES, &options);
	struct ecdn_xdp_table_line *lines;
	int err;

	if (fd < 0)
		return log_error(fd, "cannot create a trusted table of %zu MiB: %s",
				 TABLE_BYTES >> 20, strerror(-fd));
	lines = map_lines(fd, PROT_READ | PROT_WRITE);
	if (!lines)
		return log_error(-errno, "cannot map a trusted table: %s", strerror(errno));
	err = trusted_compile(list, lines);
	if (!err) {
		trusted_header(lines)->generation = generation;
		trusted_header(lines)->loaded_at = time(NULL);
		log_info("trusted table: generation %lu, %zu prefixes, %u of %d lines", generation,
			 list->count, trusted_header(lines)->lines, ECDN_XDP_TABLE_LINES);
	}
	unmap(lines);
	err = err ?: bpf_map_freeze(fd);
	return err ? refuse(list, err) : take_fd(&fd);
}

static int replace(const struct maps *maps, const char *dir, const struct trusted_list *list,
		   uint64_t generation)
{
	scoped_fd int table = trusted_make(list, generation);
	int err;

	if (table < 0)
		return table;
	err = maps_set(maps->trusted_table, "trusted_table", &(__u32){ 0 }, &table);
	return err ?: pins_replace(dir, PINS_TRUSTED_LINES, table, 0666);
}

static int empty(const struct maps *maps, const char *dir)
{
	if (bpf_map_delete_elem(maps->trusted_table, &(__u32){ 0 }) && errno != ENOENT)
		return log_error(-errno, "cannot write map trusted_table: %s", strerror(errno));
	return pins_drop(dir, PINS_TRUSTED_LINES);
}

static bool holds(const struct ecdn_xdp_table_line *lines, const struct trusted_list *list)
{
	uint32_t rows = trusted_header((struct ecdn_xdp_table_line *)lines)->rows;

	return rows == list->count &&
	       !memcmp(&lines[ECDN_XDP_TABLE_LINES - rows], list->row, rows * sizeof(*list->row));
}

/* After an empty list the count goes on from the clock, which is ahead of it: a reader
 * that slept meanwhile must not take the new table for the one it knows. */
static uint64_t next_generation(const struct ecdn_xdp_table_line *lines)
{
	struct timespec now;

	if (lines)
		return trusted_header((struct ecdn_xdp_table_line *)lines)->generation + 1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

int trusted_write(const struct maps *maps, const char *dir, const struct trusted_list *list)
{
	const struct ecdn_xdp_table_line *lines;
	int err = map_current(maps, &lines);

	if (err)
		return err;
	if (!list->count)
		err = empty(maps, dir);
	else if (!lines || !holds(lines, list))
		err = replace(maps, dir, list, next_generation(lines));
	unmap(lines);
	return err;
}
