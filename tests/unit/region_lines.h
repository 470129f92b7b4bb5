/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * region_lines.h - a region table in plain memory, and whether it is sound.
 */
#ifndef UNIT_REGION_LINES_H
#define UNIT_REGION_LINES_H

#include "lines.h"
#include "regions/table.h"
#include "table/unpack.h"

#define V4(address) ((addr_bits)(uint32_t)(address) << 96)
#define V4_LAST(address) (V4(address) | (((addr_bits)1 << 96) - 1))

static inline void add(struct range_list *list, addr_bits first, addr_bits last, uint32_t entry)
{
	assert_int_equal(range_list_add(list, first, last, entry), 0);
}

/* The region of an address and which source named it, as the entry of a range has them. */
static inline uint32_t lookup(int family, addr_bits bits)
{
	struct address address = { bits, family };

	return table_lookup(lines, &address) |
	       table_source(lines, &address) << RANGE_SOURCE_SHIFT;
}

/* The first line behind what roots lead to. */
static inline uint32_t blocks_end(void)
{
	const struct ecdn_xdp_table_header *header = table_header(lines);

	return ECDN_XDP_TABLE_FIRST_FREE + header->lines_v4 + header->lines_v6;
}

static inline void mark_item(bool v4, uint32_t at, uint32_t item, uint8_t *marks, int level);

static inline void mark(uint8_t *marks, uint32_t line)
{
	assert_in_range(line, ECDN_XDP_TABLE_FIRST_FREE, blocks_end() - 1);
	marks[line] = 1;
}

/* Marks what an entry leads to. below: in a fork. */
static inline void mark_entry(bool v4, uint32_t entry, bool below, uint8_t *marks, int level)
{
	uint32_t line = entry & ECDN_XDP_REGION_LINE;
	uint32_t shift = entry >> ECDN_XDP_REGION_SHIFT & 63, bits = (v4 ? 16 : 63) - shift;

	assert_in_range(level, 0, ECDN_XDP_REGION_LEVELS - 1);
	if (!(entry & ECDN_XDP_REGION_CHILD)) {
		assert_in_range(entry, 0, ECDN_XDP_REGION_ID);
		return;
	}
	assert_in_range(bits, 0, v4 ? 16 : 11);
	if (!bits || (v4 && below)) {
		assert_int_equal(lines[line].half[0] & ECDN_XDP_ITEM_LINES, 0);
		mark_item(v4, line, lines[line].half[0], marks, level);
		return;
	}
	for (uint32_t i = 0; i < 1U << bits; i++) {
		mark(marks, line + i / 32);
		mark_item(v4, line + i / 32, lines[line + i / 32].half[i % 32], marks, level);
	}
}

static inline void mark_item(bool v4, uint32_t at, uint32_t item, uint8_t *marks, int level)
{
	uint32_t to = at + (item & ECDN_XDP_ITEM_LINES);

	if (item <= ECDN_XDP_REGION_ID)
		return;
	mark(marks, to);
	if (item < ECDN_XDP_ITEM_FORK) {
		assert_int_equal(lines[to].half[0], item & ~ECDN_XDP_ITEM_LINES);
		return;
	}
	for (int i = 0; i < 16; i++)
		mark_entry(v4, lines[to].word[i], true, marks, level + 1);
}

/* All that roots lead to is in use, and all that is in use is led to. */
static inline void check_lines(void)
{
	uint8_t *marks = calloc(ECDN_XDP_TABLE_LINES_MAX, 1);

	for (uint32_t i = 0; i < 1 << 16; i++) {
		mark_entry(true, lines[ECDN_XDP_TABLE_ROOT_V4 + i / 16].word[i % 16], false,
			   marks, 0);
		mark_entry(false, lines[ECDN_XDP_TABLE_ROOT_V6 + i / 16].word[i % 16], false,
			   marks, 0);
	}
	for (uint32_t line = ECDN_XDP_TABLE_FIRST_FREE; line < blocks_end(); line++)
		assert_true(marks[line]);
	free(marks);
}

static inline void take_range(const struct range *range, void *to)
{
	assert_int_equal(range_list_add(to, range->first, range->last, range->entry), 0);
}

/* What a table holds becomes its ranges again, without their sources. */
static inline void check_unpacked(const struct range_list *list, int family)
{
	struct range_list expected = {}, found = {};

	for (size_t i = 0; i < list->count; i++)
		if (list->range[i].entry & RANGE_REGION)
			add(&expected, list->range[i].first, list->range[i].last,
			    list->range[i].entry & RANGE_REGION);
	assert_int_equal(unpack_ranges(lines, family, take_range, &found), 0);
	assert_int_equal(found.count, expected.count);
	/* NOLINTBEGIN(clang-analyzer-core.NullDereference): both have as many. */
	for (size_t i = 0; i < found.count; i++) {
		assert_true(found.range[i].first == expected.range[i].first);
		assert_true(found.range[i].last == expected.range[i].last);
		assert_int_equal(found.range[i].entry, expected.range[i].entry);
	}
	/* NOLINTEND(clang-analyzer-core.NullDereference) */
	range_list_free(&expected);
	range_list_free(&found);
}

static inline void compile(const struct range_set *set)
{
	const struct table_room room = { 5, 2 };
	const struct ecdn_xdp_table_header *header;

	clear_lines();
	header = table_header(lines);
	assert_int_equal(table_compile(set, &room, lines, ECDN_XDP_TABLE_LINES_MAX), 0);
	assert_int_equal(header->magic, ECDN_XDP_TABLE_MAGIC);
	assert_int_equal(header->ranges_v4, set->v4.count);
	assert_int_equal(header->ranges_v6, set->v6.count);
	assert_int_equal(header->first_name, blocks_end());
	assert_int_equal(header->first_source, header->first_name + 2);
	assert_int_equal(header->first_row_v4, header->first_source + 2 * 4);
	assert_int_equal(header->first_row_v6,
			 header->first_row_v4 + (header->rows_v4 + 7) / 8);
	assert_int_equal(header->lines, header->first_row_v6 + (header->rows_v6 * 24 + 63) / 64);
	check_lines();
	check_unpacked(&set->v4, AF_INET);
	check_unpacked(&set->v6, AF_INET6);
}

/* By looking at every range. */
static inline uint32_t reference(const struct range_list *list, addr_bits bits)
{
	for (size_t i = 0; i < list->count; i++)
		if (bits >= list->range[i].first && bits <= list->range[i].last)
			return list->range[i].entry;
	return 0;
}

/* Each range's first and last address, and those beside them. */
static inline void check_borders(const struct range_list *list, int family,
			  uint32_t (*find)(const struct range_list *list, addr_bits bits))
{
	addr_bits step = family == AF_INET ? (addr_bits)1 << 96 : 1;

	for (size_t i = 0; i < list->count; i++) {
		const struct range *range = &list->range[i];

		assert_int_equal(lookup(family, range->first), range->entry);
		assert_int_equal(lookup(family, range->last), range->entry);
		assert_int_equal(lookup(family, range->first - step),
				 find(list, range->first - step));
		assert_int_equal(lookup(family, range->last + 1), find(list, range->last + 1));
	}
}

static inline uint32_t search(const struct range_list *list, addr_bits bits)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (bits > list->range[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == list->count || bits < list->range[low].first)
		return 0;
	return list->range[low].entry;
}

#endif
