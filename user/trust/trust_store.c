// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_store.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/scoped.h"
#include "table/lines.h"
#include "trust/trust_table.h"

const struct map_row trust_store_rows[] = {
	MAP_ROW(struct trust_maps, trusted_table, MAP_IS(ARRAY_OF_MAPS, __u32, __u32),
		MAP_DIR(struct trust_maps)),
	MAP_ROW_CLOSED(trusted_lines,
		       MAP_IS(ARRAY, __u32, struct ecdn_xdp_table_line), MAP_MMAP, MAP_OPTIONAL,
		       MAP_FOR(TABLE)),
	MAP_ROW(struct trust_maps, node_stats,
		MAP_IS(PERCPU_HASH, __u32, struct ecdn_xdp_node_stats), MAP_OPTIONAL),
	MAP_ROW(struct trust_maps, node_buckets,
		MAP_IS(HASH, __u32, struct ecdn_xdp_node_bucket), MAP_OPTIONAL),
	MAP_ROW(struct trust_maps, trusted_rates,
		MAP_IS(HASH, __u32, struct ecdn_xdp_trusted_rate), MAP_OPTIONAL),
	MAP_ROW(struct trust_maps, trusted_ceilings,
		MAP_IS(HASH, __u32, struct ecdn_xdp_trusted_ceiling), MAP_OPTIONAL),
	MAP_ROW_END,
};

/* A table has room for as many rows at the least. */
#define ROWS_LEAST 1024

const struct slot trust_store_slot = { "trusted", "trusted_table", "trusted_lines" };

int trust_store_read(const struct trust_maps *maps, struct trust_list *list)
{
	const struct ecdn_xdp_table_line *lines;
	int err = slot_map(&trust_store_slot, maps->trusted_table, maps->dir, &lines);

	if (err || !lines)
		return err;
	if (trust_table_rows(lines, list))
		err = log_error(-ENOMEM, "out of memory for the trusted prefixes");
	slot_unmap(lines);
	return err;
}

int trust_store_header(const struct trust_maps *maps, struct ecdn_xdp_trusted_header *header)
{
	struct ecdn_xdp_table_line line;
	int found = slot_line(&trust_store_slot, maps->trusted_table, maps->dir,
			      ECDN_XDP_TABLE_HEADER, &line);

	memset(header, 0, sizeof(*header));
	if (found > 0)
		memcpy(header, &line, sizeof(*header));
	return found < 0 ? found : 0;
}

bool trust_store_covers(const struct trust_maps *maps, const struct address *address)
{
	const struct ecdn_xdp_table_line *lines;
	bool covers;

	if (slot_map(&trust_store_slot, maps->trusted_table, maps->dir, &lines) || !lines)
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

int trust_store_compile(const struct trust_list *list, struct ecdn_xdp_table_line **lines)
{
	struct ecdn_xdp_table_line *compiled = lines_new();
	int err = -ENOMEM;

	if (compiled)
		err = trust_table_compile(list, compiled, ECDN_XDP_TABLE_LINES_MAX);
	if (!err) {
		*lines = compiled;
		return 0;
	}
	lines_free(compiled);
	return refuse(list, err);
}

uint32_t trust_store_roomy(uint32_t lines)
{
	return slot_roomy(lines, TRUSTED_LINES(ROWS_LEAST));
}

int trust_store_table(struct ecdn_xdp_table_line *lines, uint32_t room, uint64_t generation)
{
	struct ecdn_xdp_trusted_header *header = trust_table_header(lines);

	header->generation = generation;
	header->loaded_at = time(NULL);
	log_info("trusted table: generation %lu, %u prefixes, %u of %u lines", generation,
		 header->rows, header->lines, room);
	return slot_table(&trust_store_slot, room, lines);
}

/* The rows of the table in use are compared as they stand there. */
int trust_store_holds(const struct trust_maps *maps, const struct trust_list *list)
{
	const struct ecdn_xdp_trusted_header *header;
	const struct ecdn_xdp_table_line *lines;
	int err = slot_map(&trust_store_slot, maps->trusted_table, maps->dir, &lines);
	bool holds;

	if (err || !lines)
		return err ?: !list->count;
	header = trust_table_header((struct ecdn_xdp_table_line *)lines);
	holds = header->rows == list->count &&
		!memcmp(&lines[header->first_row], list->row, header->rows * sizeof(*list->row));
	slot_unmap(lines);
	return holds;
}

int trust_store_write(const struct trust_maps *maps, const char *dir, int table)
{
	return table < 0 ? slot_drop(&trust_store_slot, maps->trusted_table, dir) :
	       slot_put(&trust_store_slot, maps->trusted_table, dir, table);
}
