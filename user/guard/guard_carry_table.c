// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_carry_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "guard/region_store.h"
#include "kernel/carry.h"

/* A table that is read. */
struct reader {
	const struct abi2_line *lines;
	struct range_list *list;
	uint64_t ranges;        /* that the family has */
	uint64_t blocks;        /* that were read */
};

static int damaged(void)
{
	return log_error(-EPROTO, "the region table is damaged: it leads beyond its lines, to an "
			 "id that no region has, or to more ranges than it was made of");
}

/* The entries of a block's line of runs. The begins of runs are sorted. */
static void expand_runs(const struct abi2_line *line, uint32_t entry[256])
{
	unsigned int at = 0;

	for (int run = 0; run < 12; run++) {
		uint8_t byte = run < 8 ? line->runs.begins_low >> 8 * run :
					 line->runs.begins_high >> 8 * (run - 8);

		while (at < 256U - byte)
			entry[at++] = line->runs.run[run];
	}
	while (at < 256)
		entry[at++] = line->runs.run[12];
}

/* Reads the entries of a block, of which there are no more than ends of ranges make. */
static int read_entries(struct reader *reader, uint32_t child, uint32_t entry[256])
{
	uint32_t first = child & ABI2_ENTRY_LINE, lines = child & ABI2_ENTRY_RUNS ? 1 : 16;

	if (first + lines > ABI2_TABLE_LINES || reader->blocks++ > 256 + 30 * reader->ranges)
		return damaged();
	if (child & ABI2_ENTRY_RUNS)
		expand_runs(&reader->lines[first], entry);
	else
		memcpy(entry, &reader->lines[first], 256 * sizeof(*entry));
	return 0;
}

/* The entry of the range that a leaf of ABI 2 stands for. */
static uint32_t range_entry(uint32_t leaf)
{
	uint32_t source = (leaf & ABI2_ENTRY_SOURCE) >> ABI2_ENTRY_SOURCE_SHIFT;

	return (leaf & ABI2_ENTRY_REGION) | source << RANGE_SOURCE_SHIFT;
}

static int add(struct reader *reader, addr_bits first, addr_bits last, uint32_t leaf)
{
	if ((leaf & ABI2_ENTRY_REGION) > ECDN_XDP_REGION_ID)
		return damaged();
	if (range_list_add(reader->list, first, last, range_entry(leaf)))
		return log_error(-ENOMEM, "out of memory for the region table");
	return reader->list->count > reader->ranges ? damaged() : 0;
}

/* Lists the ranges below a block. The recursion is at most as deep as an address has bytes. */
static int read_block(struct reader *reader, uint32_t child, int level, addr_bits base)
{
	int shift = 120 - 8 * level;
	uint32_t entry[256];
	int err = read_entries(reader, child, entry);
	unsigned int next;

	for (unsigned int i = 0; !err && i < 256; i = next) {
		addr_bits first = base | (addr_bits)i << shift;

		next = i + 1;
		if (entry[i] & ABI2_ENTRY_CHILD) {
			err = level < 15 ? read_block(reader, entry[i], level + 1, first) :
					   damaged();
			continue;
		}
		while (next < 256 && entry[next] == entry[i])
			next++;
		if (entry[i])
			err = add(reader, first, first + (((addr_bits)(next - i) << shift) - 1),
				  entry[i]);
	}
	return err;
}

static int read_family(const struct abi2_line *lines, uint32_t root, uint64_t ranges,
		       struct range_list *list)
{
	struct reader reader = { .lines = lines, .list = list, .ranges = ranges };
	int err = 0;

	for (unsigned int byte = 0; byte < 256 && !err; byte++)
		err = read_block(&reader, ABI2_ENTRY_CHILD | (root + byte * 16), 1,
				 (addr_bits)byte << 120);
	return err;
}

static const struct abi2_table_header *header_of(const struct abi2_line *lines)
{
	return (const void *)&lines[ABI2_TABLE_HEADER];
}

static int read_sources(const struct abi2_table_header *header, struct region_sources *sources)
{
	int err = header->sources > ABI2_TABLE_SOURCES ? damaged() : 0;

	for (uint32_t i = 0; i < header->sources && !err; i++)
		err = region_store_add_source(sources, header->source[i]);
	return err;
}

static int compile(const struct abi2_line *old, const struct names *names,
		   struct ecdn_xdp_table_line **lines)
{
	const struct abi2_table_header *header = header_of(old);
	struct region_sources sources = {};
	struct range_set set = {};
	int err = read_sources(header, &sources);

	err = err ?: read_family(old, ABI2_TABLE_ROOT_V4, header->ranges_v4, &set.v4);
	err = err ?: read_family(old, ABI2_TABLE_ROOT_V6, header->ranges_v6, &set.v6);
	err = err ?: region_store_compile(&set, &sources, names, header->generation,
					  header->loaded_at, lines);
	range_set_free(&set);
	return err;
}

static int map_table(const char *dir, const struct abi2_line **lines)
{
	int err = carry_map(dir, "region_table", "region_lines", lines);

	return err ?: *lines ? 0 : log_error(-EPROTO, "there is no region table in %s", dir);
}

int guard_carry_table_compile(const char *dir, const struct names *names,
			      struct ecdn_xdp_table_line **lines)
{
	const struct abi2_line *old;
	int err = map_table(dir, &old);

	if (err)
		return err;
	err = compile(old, names, lines);
	carry_unmap(old);
	return err;
}

int guard_carry_table_generation(const char *dir, uint64_t *generation)
{
	const struct abi2_line *lines;
	int err = map_table(dir, &lines);

	if (err)
		return err;
	*generation = header_of(lines)->generation;
	carry_unmap(lines);
	return 0;
}
