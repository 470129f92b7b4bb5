// SPDX-License-Identifier: BSD-2-Clause
#include "regions/table.h"

#include <sys/socket.h>

#include "table/compile.h"

_Static_assert(sizeof(struct ecdn_xdp_table_header) <=
	       (ECDN_XDP_TABLE_FIRST_FREE - ECDN_XDP_TABLE_HEADER) *
	       sizeof(struct ecdn_xdp_table_line), "room for the header");

int table_compile(const struct range_set *set, struct ecdn_xdp_table_line *lines)
{
	struct ecdn_xdp_table_header *header = table_header(lines);
	struct block_store store;
	int err = block_store_init(&store, lines, ECDN_XDP_TABLE_LINES);

	if (err)
		return err;
	err = compile_ranges(&store, &set->v4, ECDN_XDP_TABLE_ROOT_V4, false);
	err = err ?: compile_ranges(&store, &set->v6, ECDN_XDP_TABLE_ROOT_V6, false);
	block_store_free(&store);
	if (err)
		return err;
	header->magic = ECDN_XDP_TABLE_MAGIC;
	header->lines = store.used;
	header->ranges_v4 = set->v4.count;
	header->ranges_v6 = set->v6.count;
	return 0;
}

struct ecdn_xdp_table_header *table_header(struct ecdn_xdp_table_line *lines)
{
	return (struct ecdn_xdp_table_header *)&lines[ECDN_XDP_TABLE_HEADER];
}

uint32_t table_lookup(const struct ecdn_xdp_table_line *lines, const struct address *address)
{
	uint8_t addr[16];
	uint32_t entry;

	address_to_bytes(address, addr);
	entry = ecdn_xdp_walk_region(lines, block_line_at, addr,
				     address->family == AF_INET ? 4 : 16);
	return entry & ECDN_XDP_ENTRY_CHILD ? 0 : entry;
}

/* Lists the ranges below a block. The recursion is at most as deep as an address has bytes. */
static int list_block(const struct ecdn_xdp_table_line *lines, uint32_t child, int level,
		      addr_bits base, struct range_list *list)
{
	int shift = 120 - 8 * level, err = 0;
	unsigned int next;

	for (unsigned int i = 0; !err && i < 256; i = next) {
		uint32_t entry = block_entry(lines, child, i);
		addr_bits first = base | (addr_bits)i << shift;

		next = i + 1;
		if (entry & ECDN_XDP_ENTRY_CHILD) {
			if (level < 15)
				err = list_block(lines, entry, level + 1, first, list);
			continue;
		}
		while (next < 256 && block_entry(lines, child, next) == entry)
			next++;
		if (entry)
			err = range_list_add(list, first,
					       first + (((addr_bits)(next - i) << shift) - 1),
					       entry);
	}
	return err;
}

static int list_family(const struct ecdn_xdp_table_line *lines, uint32_t root,
		       struct range_list *list)
{
	int err = 0;

	for (unsigned int byte = 0; !err && byte < 256; byte++)
		err = list_block(lines, ecdn_xdp_root(root, byte), 1, (addr_bits)byte << 120, list);
	return err;
}

int table_ranges(const struct ecdn_xdp_table_line *lines, struct range_set *set)
{
	struct range_set ranges = {};
	int err;

	err = list_family(lines, ECDN_XDP_TABLE_ROOT_V4, &ranges.v4);
	err = err ?: list_family(lines, ECDN_XDP_TABLE_ROOT_V6, &ranges.v6);
	if (err)
		range_set_free(&ranges);
	else
		*set = ranges;
	return err;
}
