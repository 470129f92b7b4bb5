// SPDX-License-Identifier: BSD-2-Clause
#include "regions/table.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "table/lines.h"
#include "table/pack.h"

_Static_assert((RANGE_REGION & ECDN_XDP_REGION_ID) == ECDN_XDP_REGION_ID, "ranges take all ids");
_Static_assert(sizeof(struct ecdn_xdp_table_line) % sizeof(struct ecdn_xdp_region_name) == 0,
	       "names fill lines");

/* Takes the lines that `count` items of so many bytes fill. */
static int take_room(struct pack_store *store, size_t count, size_t size, __u32 *first)
{
	const size_t line = sizeof(struct ecdn_xdp_table_line);

	return pack_take(store, (count * size + line - 1) / line, first);
}

static uint32_t source_of(const struct range *range)
{
	return (range->entry & RANGE_SOURCE) >> RANGE_SOURCE_SHIFT;
}

static void write_v4(void *rows, uint32_t row, const struct range *range)
{
	((struct ecdn_xdp_source_v4 *)rows)[row] = (struct ecdn_xdp_source_v4){
		.first = range->first >> 96, .source = source_of(range),
	};
}

static void write_v6(void *rows, uint32_t row, const struct range *range)
{
	((struct ecdn_xdp_source_v6 *)rows)[row] = (struct ecdn_xdp_source_v6){
		.first_high = range->first >> 64, .first_low = range->first,
		.source = source_of(range),
	};
}

/* Writes a row wherever another source begins to name regions. */
static int put_rows(struct pack_store *store, const struct range_list *list, size_t size,
		    void (*write)(void *rows, uint32_t row, const struct range *range),
		    __u32 *rows, __u32 *first)
{
	size_t room = (size_t)(store->end - store->used) * sizeof(*store->lines) / size;
	uint32_t before = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct range *range = &list->range[i];

		if (!(range->entry & RANGE_REGION) || source_of(range) == before)
			continue;
		if (*rows == room)
			return -ENOSPC;
		write(&store->lines[store->used], (*rows)++, range);
		before = source_of(range);
	}
	return take_room(store, *rows, size, first);
}

static int compile_families(struct pack_store *store, const struct range_set *set,
			    struct ecdn_xdp_table_header *header)
{
	uint32_t before = store->used;
	int err = pack_ranges_v4(store, &set->v4);

	header->lines_v4 = store->used - before;
	before = store->used;
	err = err ?: pack_ranges_v6(store, &set->v6);
	header->lines_v6 = store->used - before;
	return err;
}

int table_compile(const struct range_set *set, const struct table_room *room,
		  struct ecdn_xdp_table_line *lines, uint32_t capacity)
{
	struct pack_store store = { lines, ECDN_XDP_TABLE_FIRST_FREE, capacity };
	struct ecdn_xdp_table_header *header = table_header(lines);
	int err;

	if (capacity < ECDN_XDP_TABLE_FIRST_FREE)
		return -ENOSPC;
	err = compile_families(&store, set, header);
	err = err ?: take_room(&store, room->names, sizeof(struct ecdn_xdp_region_name),
			       &header->first_name);
	err = err ?: take_room(&store, room->sources, ECDN_XDP_SOURCE_SIZE,
			       &header->first_source);
	err = err ?: put_rows(&store, &set->v4, sizeof(struct ecdn_xdp_source_v4), write_v4,
			      &header->rows_v4, &header->first_row_v4);
	err = err ?: put_rows(&store, &set->v6, sizeof(struct ecdn_xdp_source_v6), write_v6,
			      &header->rows_v6, &header->first_row_v6);
	if (err)
		return err;
	header->magic = ECDN_XDP_TABLE_MAGIC;
	header->lines = store.used;
	header->ranges_v4 = set->v4.count;
	header->ranges_v6 = set->v6.count;
	header->names = room->names;
	header->sources = room->sources;
	return 0;
}

struct ecdn_xdp_table_header *table_header(struct ecdn_xdp_table_line *lines)
{
	return (struct ecdn_xdp_table_header *)&lines[ECDN_XDP_TABLE_HEADER];
}

struct ecdn_xdp_region_name *table_names(struct ecdn_xdp_table_line *lines)
{
	return (struct ecdn_xdp_region_name *)&lines[table_header(lines)->first_name];
}

char *table_path(struct ecdn_xdp_table_line *lines, uint32_t source)
{
	return (char *)&lines[table_header(lines)->first_source] +
	       (size_t)(source - 1) * ECDN_XDP_SOURCE_SIZE;
}

uint32_t table_lookup(const struct ecdn_xdp_table_line *lines, const struct address *address)
{
	if (address->family == AF_INET)
		return ecdn_xdp_region_v4(lines, lines_at, address->bits >> 96);
	return ecdn_xdp_region_v6(lines, lines_at, address->bits >> 64, address->bits);
}

/* Rows of both families, by their number. */
static addr_bits row_first(const struct ecdn_xdp_table_line *lines, bool v4, uint32_t row)
{
	const struct ecdn_xdp_table_header *header =
		table_header((struct ecdn_xdp_table_line *)lines);
	const void *rows = &lines[v4 ? header->first_row_v4 : header->first_row_v6];
	const struct ecdn_xdp_source_v6 *v6 = rows;

	if (v4)
		return (addr_bits)((const struct ecdn_xdp_source_v4 *)rows)[row].first << 96;
	return (addr_bits)v6[row].first_high << 64 | v6[row].first_low;
}

static uint32_t row_source(const struct ecdn_xdp_table_line *lines, bool v4, uint32_t row)
{
	const struct ecdn_xdp_table_header *header =
		table_header((struct ecdn_xdp_table_line *)lines);
	const void *rows = &lines[v4 ? header->first_row_v4 : header->first_row_v6];

	return v4 ? ((const struct ecdn_xdp_source_v4 *)rows)[row].source :
		    ((const struct ecdn_xdp_source_v6 *)rows)[row].source;
}

uint32_t table_source(const struct ecdn_xdp_table_line *lines, const struct address *address)
{
	const struct ecdn_xdp_table_header *header =
		table_header((struct ecdn_xdp_table_line *)lines);
	bool v4 = address->family == AF_INET;
	uint32_t low = 0, high = v4 ? header->rows_v4 : header->rows_v6;

	if (!table_lookup(lines, address))
		return 0;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (row_first(lines, v4, middle) <= address->bits)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? row_source(lines, v4, low - 1) : 0;
}
