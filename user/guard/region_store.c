// SPDX-License-Identifier: BSD-2-Clause
#include "guard/region_store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/slot.h"
#include "regions/source.h"
#include "regions/table.h"

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

static int compile(const struct range_set *set, const struct sources *sources,
		   const struct names *names, uint64_t number)
{
	struct ecdn_xdp_table_line *lines;
	scoped_fd int table = lines_new(&lines_region, &lines);
	int err;

	if (table < 0)
		return table;
	err = table_compile(set, lines);
	if (!err) {
		fill_names(lines, names);
		fill_header(table_header(lines), sources, number);
		log_info("region table: generation %lu, %zu IPv4 and %zu IPv6 ranges, %u of %d lines",
			 number, set->v4.count, set->v6.count, table_header(lines)->lines,
			 ECDN_XDP_TABLE_LINES);
	}
	err = lines_freeze(table, lines) ?: err;
	if (err == -ENOSPC)
		return log_error(err, "the region table is full: these ranges need more than its "
				 "%d lines; load fewer or shorter prefixes", ECDN_XDP_TABLE_LINES);
	if (err)
		return log_error(err, "cannot make a region table: %s", strerror(-err));
	return take_fd(&table);
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

/* No guard is without a region table. */
int generation_map(const struct maps *maps, const struct ecdn_xdp_table_line **lines)
{
	int err = lines_map(&lines_region, maps, lines);

	if (!err && !*lines)
		err = log_error(-ENOENT, "cannot read map region_table: %s", strerror(ENOENT));
	return err;
}

int generation_number(const struct maps *maps, uint64_t *number)
{
	const struct ecdn_xdp_table_line *lines;
	int err = generation_map(maps, &lines);

	if (err)
		return err;
	*number = table_header((struct ecdn_xdp_table_line *)lines)->generation;
	lines_unmap(lines);
	return 0;
}
