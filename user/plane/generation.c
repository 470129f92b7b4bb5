// SPDX-License-Identifier: BSD-2-Clause
#include "plane/generation.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>

#include "core/log.h"
#include "core/scoped.h"
#include "regions/source.h"
#include "regions/table.h"

#define TABLE_BYTES (sizeof(struct ecdn_xdp_table_line) * ECDN_XDP_TABLE_LINES)

int sources_add(struct sources *sources, const char *file)
{
	if (sources->count == ECDN_XDP_TABLE_SOURCES)
		return log_error(-E2BIG, "a table has at most %d region files; join some of them",
				 ECDN_XDP_TABLE_SOURCES);
	sources->file[sources->count++] = file;
	return 0;
}

static bool is_empty(const struct range_set *set)
{
	return !set->v4.count && !set->v6.count;
}

static int read_sources(const struct sources *sources, struct names *names,
			struct range_set *set)
{
	for (unsigned int i = 0; i < sources->count; i++) {
		struct range_set one = {};
		int err = source_read(sources->file[i], sources->mmdb_field ?: SOURCE_MMDB_FIELD,
				      i + 1, names, &one);

		if (!err && is_empty(&one))
			log_warning("%s holds no ranges", sources->file[i]);
		if (!err && range_set_overlay(set, &one))
			err = log_error(-ENOMEM, "out of memory for the ranges of %s",
					sources->file[i]);
		range_set_free(&one);
		if (err)
			return err;
	}
	if (sources->count && is_empty(set))
		return log_error(-EINVAL, "no region file holds any range; the table stays as it is");
	return 0;
}

/* The absolute path: whoever asks later may stand elsewhere. */
static void note_source(char to[ECDN_XDP_SOURCE_SIZE], const char *file)
{
	scoped_free char *path = realpath(file, NULL);

	snprintf(to, ECDN_XDP_SOURCE_SIZE, "%s", path ? path : file);
}

/* So that whoever maps a generation has the names of its ids. */
static void fill_names(struct ecdn_xdp_table_line *lines, const struct names *names)
{
	struct ecdn_xdp_region_name *name = (void *)&lines[ECDN_XDP_TABLE_NAMES];

	for (uint32_t id = 0; id < names_count(names); id++)
		memcpy(name[id].name, names_of(names, id), strlen(names_of(names, id)));
}

static void fill_header(struct ecdn_xdp_table_header *header, const struct sources *sources,
			uint64_t number)
{
	header->generation = number;
	header->loaded_at = time(NULL);
	header->sources = sources->count;
	for (unsigned int i = 0; i < sources->count; i++)
		note_source(header->source[i], sources->file[i]);
}

static struct ecdn_xdp_table_line *map_lines(int fd, int protection)
{
	void *lines = mmap(NULL, TABLE_BYTES, protection, MAP_SHARED, fd, 0);

	return lines == MAP_FAILED ? NULL : lines;
}

/* Compiles into a new map, frozen once no writable mapping of it is left. */
static int compile(const struct range_set *set, const struct sources *sources,
		   const struct names *names, uint64_t number)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	scoped_fd int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "region_lines", sizeof(__u32),
					  sizeof(struct ecdn_xdp_table_line),
					  ECDN_XDP_TABLE_LINES, &options);
	struct ecdn_xdp_table_line *lines;
	int err;

	if (fd < 0)
		return log_error(fd, "cannot create a region table of %zu MiB: %s",
				 TABLE_BYTES >> 20, strerror(-fd));
	lines = map_lines(fd, PROT_READ | PROT_WRITE);
	if (!lines)
		return log_error(-errno, "cannot map a region table: %s", strerror(errno));
	err = table_compile(set, lines);
	if (!err) {
		fill_names(lines, names);
		fill_header(table_header(lines), sources, number);
		log_info("region table: generation %lu, %zu IPv4 and %zu IPv6 ranges, %u of %d lines",
			 number, set->v4.count, set->v6.count, table_header(lines)->lines,
			 ECDN_XDP_TABLE_LINES);
	}
	munmap(lines, TABLE_BYTES);
	if (err == -ENOSPC)
		return log_error(err, "the region table is full: these ranges need more than its "
				 "%d lines; load fewer or shorter prefixes", ECDN_XDP_TABLE_LINES);
	if (err || (err = bpf_map_freeze(fd)))
		return log_error(err, "cannot make a region table: %s", strerror(-err));
	return take_fd(&fd);
}

int generation_make(const struct sources *sources, struct names *names, uint64_t number)
{
	struct range_set set = {};
	int err = read_sources(sources, names, &set);

	if (!err)
		err = compile(&set, sources, names, number);
	range_set_free(&set);
	return err;
}

int generation_swap(const struct maps *maps, const char *dir, int table)
{
	int err = maps_set(maps->region_table, "region_table", &(__u32){ 0 }, &table);

	return err ?: pins_replace(dir, PINS_REGION_LINES, table, 0666);
}

/* A table that is replaced between the two steps is gone: then once more. */
static int open_current(const struct maps *maps)
{
	int err = 0, fd = -ENOENT;
	__u32 id;

	for (int i = 0; i < 100 && fd == -ENOENT && !err; i++) {
		err = maps_get(maps->region_table, "region_table", &(__u32){ 0 }, &id);
		if (!err)
			fd = bpf_map_get_fd_by_id(id);
	}
	if (err || fd >= 0)
		return err ?: fd;
	return log_error(fd, "cannot open the region table: %s%s", strerror(-fd),
			 fd == -EPERM ? "; run as root" : "");
}

int generation_map(const struct maps *maps, const struct ecdn_xdp_table_line **lines)
{
	scoped_fd int fd = open_current(maps);

	if (fd < 0)
		return fd;
	*lines = map_lines(fd, PROT_READ);
	if (!*lines)
		return log_error(-errno, "cannot map the region table: %s", strerror(errno));
	return 0;
}

int generation_number(const struct maps *maps, uint64_t *number)
{
	const struct ecdn_xdp_table_line *lines;
	int err = generation_map(maps, &lines);

	if (err)
		return err;
	*number = table_header((struct ecdn_xdp_table_line *)lines)->generation;
	generation_unmap(lines);
	return 0;
}

void generation_unmap(const struct ecdn_xdp_table_line *lines)
{
	munmap((void *)lines, TABLE_BYTES);
}
