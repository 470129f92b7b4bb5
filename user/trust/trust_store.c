// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/slot.h"
#include "trust/trust_table.h"

int trusted_read(const struct maps *maps, struct trusted_list *list)
{
	const struct ecdn_xdp_table_line *lines;
	int err = lines_map(&lines_trusted, maps, &lines);

	if (err || !lines)
		return err;
	if (trusted_rows(lines, list))
		err = log_error(-ENOMEM, "out of memory for the trusted prefixes");
	lines_unmap(lines);
	return err;
}

bool trusted_covers(const struct maps *maps, const struct address *address)
{
	const struct ecdn_xdp_table_line *lines;
	bool covers;

	if (lines_map(&lines_trusted, maps, &lines) || !lines)
		return false;
	covers = trusted_lookup(lines, address);
	lines_unmap(lines);
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

int trusted_make(const struct trusted_list *list, uint64_t generation)
{
	struct ecdn_xdp_table_line *lines;
	scoped_fd int table = lines_new(&lines_trusted, &lines);
	int err;

	if (table < 0)
		return table;
	err = trusted_compile(list, lines);
	if (!err) {
		trusted_header(lines)->generation = generation;
		trusted_header(lines)->loaded_at = time(NULL);
		log_info("trusted table: generation %lu, %zu prefixes, %u of %d lines", generation,
			 list->count, trusted_header(lines)->lines, ECDN_XDP_TABLE_LINES);
	}
	err = lines_freeze(table, lines) ?: err;
	return err ? refuse(list, err) : take_fd(&table);
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
	int err = lines_map(&lines_trusted, maps, &lines);
	scoped_fd int table = -1;

	if (err)
		return err;
	if (!list->count) {
		err = lines_drop(&lines_trusted, maps, dir);
	} else if (!lines || !holds(lines, list)) {
		table = trusted_make(list, next_generation(lines));
		err = table < 0 ? table : lines_put(&lines_trusted, maps, dir, table);
	}
	lines_unmap(lines);
	return err;
}
