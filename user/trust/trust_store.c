// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "table/lines.h"
#include "trust/trust_table.h"

const struct map_row trust_store_rows[] = {
	MAP_ROW(struct trust_maps, trusted_table),
	MAP_ROW_OPTIONAL(struct trust_maps, node_stats),
	MAP_ROW_OPTIONAL(struct trust_maps, node_buckets),
	{ NULL, 0, false },
};

const struct slot trust_store_slot = { "trusted", "trusted_table", "trusted_lines" };

int trust_store_read(const struct trust_maps *maps, struct trust_list *list)
{
	const struct ecdn_xdp_table_line *lines;
	int err = slot_map(&trust_store_slot, maps->trusted_table, &lines);

	if (err || !lines)
		return err;
	if (trust_table_rows(lines, list))
		err = log_error(-ENOMEM, "out of memory for the trusted prefixes");
	slot_unmap(lines);
	return err;
}

int trust_store_count(const struct trust_maps *maps, uint32_t *count)
{
	struct ecdn_xdp_trusted_header header;
	struct ecdn_xdp_table_line line;
	int found = slot_line(&trust_store_slot, maps->trusted_table, ECDN_XDP_TABLE_HEADER,
			      &line);

	*count = 0;
	if (found <= 0)
		return found;
	memcpy(&header, &line, sizeof(header));
	*count = header.rows;
	return 0;
}

bool trust_store_covers(const struct trust_maps *maps, const struct address *address)
{
	const struct ecdn_xdp_table_line *lines;
	bool covers;

	if (slot_map(&trust_store_slot, maps->trusted_table, &lines) || !lines)
		return false;
	covers = trust_table_lookup(lines, address);
	slot_unmap(lines);
	return covers;
}

static int refuse(const struct trust_list *list, int err)
{
	if (err == -ENOSPC)
		return log_error(err, "no room for %zu allowed prefixes and nodes: a table of %d "
				 "lines holds %d in any case; nothing was changed", list->count,
				 ECDN_XDP_TABLE_LINES_MAX, TRUSTED_ALWAYS);
	return log_error(err, "cannot make a trusted table: %s", strerror(-err));
}

int trust_store_fits(const struct trust_list *list)
{
	struct ecdn_xdp_table_line *lines;
	int err;

	if (list->count <= TRUSTED_ALWAYS)
		return 0;
	lines = lines_new();
	err = lines ? trust_table_compile(list, lines, ECDN_XDP_TABLE_LINES_MAX) : -ENOMEM;
	lines_free(lines);
	return err ? refuse(list, err) : 0;
}

static int compile(const struct trust_list *list, uint64_t generation,
		   struct ecdn_xdp_table_line *lines)
{
	int err = lines ? trust_table_compile(list, lines, ECDN_XDP_TABLE_LINES_MAX) : -ENOMEM;

	if (err)
		return refuse(list, err);
	trust_table_header(lines)->generation = generation;
	trust_table_header(lines)->loaded_at = time(NULL);
	log_info("trusted table: generation %lu, %zu prefixes, %u of %d lines", generation,
		 list->count, lines_used(lines), ECDN_XDP_TABLE_LINES_MAX);
	return 0;
}

int trust_store_make(const struct trust_list *list, uint64_t generation)
{
	struct ecdn_xdp_table_line *lines = lines_new();
	int err = compile(list, generation, lines);
	int table = err ?: slot_fill(&trust_store_slot, lines);

	lines_free(lines);
	return table;
}

static bool holds(const struct ecdn_xdp_table_line *lines, const struct trust_list *list)
{
	const struct ecdn_xdp_trusted_header *header =
		trust_table_header((struct ecdn_xdp_table_line *)lines);
	uint32_t rows = header->rows, first = header->first_row;

	return rows == list->count &&
	       !memcmp(&lines[first], list->row, rows * sizeof(*list->row));
}

/* When the list was empty there is no table to count on from. The clock, in nanoseconds, is
 * ahead of every earlier generation, so that a reader that slept meanwhile does not take
 * the new table for the one it knows. */
static uint64_t next_generation(const struct ecdn_xdp_table_line *lines)
{
	if (lines)
		return trust_table_header((struct ecdn_xdp_table_line *)lines)->generation + 1;
	return clock_monotonic_ns();
}

int trust_store_write(const struct trust_maps *maps, const char *dir,
		      const struct trust_list *list)
{
	const struct ecdn_xdp_table_line *lines;
	int err = slot_map(&trust_store_slot, maps->trusted_table, &lines);
	scoped_fd int table = -1;

	if (err)
		return err;
	if (!list->count) {
		err = slot_drop(&trust_store_slot, maps->trusted_table, dir);
	} else if (!lines || !holds(lines, list)) {
		table = trust_store_make(list, next_generation(lines));
		err = table < 0 ? table :
		      slot_put(&trust_store_slot, maps->trusted_table, dir, table);
	}
	slot_unmap(lines);
	return err;
}
