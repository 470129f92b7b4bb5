// SPDX-License-Identifier: BSD-2-Clause
#include "regions/table_extent.h"

#include "base/cidr.h"
#include "regions/table.h"
#include "table/lines.h"

#define ROOT_BITS 16
#define FORK_BITS 4

/* What is found of an address on its way through the table. */
struct walk {
	const struct ecdn_xdp_table_line *lines;
	addr_bits at;           /* the address */
	int used;               /* bits of it that are walked */
	struct table_extent extent; /* addresses that share these */
};

static void use(struct walk *walk, int bits)
{
	walk->used += bits;
	walk->extent.first = walk->at & ~cidr_host_mask(walk->used);
	walk->extent.last = walk->extent.first | cidr_host_mask(walk->used);
}

/* Bounds the addresses by a run, of which bits behind `used` tell the first and the last. */
static void clip(struct walk *walk, int used, addr_bits first, addr_bits last)
{
	addr_bits base = walk->at & ~cidr_host_mask(used);

	first = base | first >> used;
	last = base | last >> used;
	if (first > walk->extent.first)
		walk->extent.first = first;
	if (last < walk->extent.last)
		walk->extent.last = last;
}

/* The table's end is met in none that was compiled. */
static const struct ecdn_xdp_table_line *line_at(const struct walk *walk, uint32_t index)
{
	static const struct ecdn_xdp_table_line none;

	return lines_at(walk->lines, index) ?: &none;
}

/*
 * `used`: bits before those that the runs' begins are told by, which are 15. A run that is not
 * there begins at the last address, and is taken for one.
 */
static void clip_v4(struct walk *walk, const struct ecdn_xdp_table_line *line, int used)
{
	uint32_t value = walk->at << used >> (128 - 15), run = 0;
	addr_bits first, last;

	while (run < ECDN_XDP_RUNS_V4 - 1 && line->half[run + 1] <= value)
		run++;
	first = run ? (addr_bits)line->half[run] << (128 - 15) : 0;
	last = run < ECDN_XDP_RUNS_V4 - 1 ?
	       ((addr_bits)line->half[run + 1] << (128 - 15)) - 1 : ~(addr_bits)0;
	clip(walk, used, first, last);
}

static void find_v4(struct walk *walk, uint32_t entry)
{
	uint32_t addr = walk->at >> 96, rest = addr & 0xffff;
	uint32_t shift = entry >> ECDN_XDP_REGION_SHIFT & 31, at, item;

	at = (entry & ECDN_XDP_REGION_LINE) + (rest >> shift >> 5);
	item = line_at(walk, at)->half[rest >> shift & 31];
	use(walk, 16 - shift);
	if (item <= ECDN_XDP_REGION_ID)
		return;
	at += item & ECDN_XDP_ITEM_LINES;
	if (item >= ECDN_XDP_ITEM_FORK) {
		entry = line_at(walk, at)->word[rest >> ((shift - 4) & 15) & 15];
		use(walk, FORK_BITS);
		if (!(entry & ECDN_XDP_REGION_CHILD))
			return;
		at = entry & ECDN_XDP_REGION_LINE;
		item = 0;
	}
	clip_v4(walk, line_at(walk, at), item & ECDN_XDP_ITEM_HALVED ? 16 : 17);
}

/* The last address of each run but the eleventh, as 32 bits behind those that are used. */
static void clip_v6(struct walk *walk, const struct ecdn_xdp_table_line *line, int used)
{
	uint32_t value = walk->at << used >> 96, run = 0;
	addr_bits first, last;

	while (run < ECDN_XDP_RUNS_V6 - 1 && line->word[6 + run] < value)
		run++;
	first = run ? ((addr_bits)line->word[6 + run - 1] + 1) << 96 : 0;
	last = run < ECDN_XDP_RUNS_V6 - 1 ?
	       (addr_bits)line->word[6 + run] << 96 | cidr_host_mask(32) : ~(addr_bits)0;
	clip(walk, used, first, last);
}

static addr_bits wide_begin(const struct ecdn_xdp_table_line *line, uint32_t run)
{
	return (addr_bits)line->quad[2 * run] << 64 | line->quad[2 * run + 1];
}

/* The same with begins of all bits that are left. */
static void clip_wide(struct walk *walk, const struct ecdn_xdp_table_line *line, int used)
{
	addr_bits value = walk->at << used;
	uint32_t run = 0;

	while (run < ECDN_XDP_RUNS_WIDE - 1 && wide_begin(line, run + 1) <= value)
		run++;
	clip(walk, used, run ? wide_begin(line, run) : 0, run < ECDN_XDP_RUNS_WIDE - 1 ?
	     wide_begin(line, run + 1) - 1 : ~(addr_bits)0);
}

static void find_v6(struct walk *walk, uint32_t entry)
{
	for (int level = 0; level < ECDN_XDP_REGION_LEVELS; level++) {
		int used = walk->used, bits = 63 - (entry >> ECDN_XDP_REGION_SHIFT & 63);
		uint32_t chunk = bits ? walk->at << used >> (128 - bits) : 0, at, item;

		if (!(entry & ECDN_XDP_REGION_CHILD))
			return;
		at = (entry & ECDN_XDP_REGION_LINE) + (chunk >> 5);
		item = line_at(walk, at)->half[chunk & 31];
		use(walk, bits);
		if (item <= ECDN_XDP_REGION_ID)
			return;
		at += item & ECDN_XDP_ITEM_LINES;
		if (item < ECDN_XDP_ITEM_RUNS) {
			clip_wide(walk, line_at(walk, at), used);
			return;
		}
		if (item < ECDN_XDP_ITEM_FORK) {
			clip_v6(walk, line_at(walk, at), used);
			return;
		}
		entry = line_at(walk, at)->word[walk->at << walk->used >> 124 & 15];
		use(walk, FORK_BITS);
	}
}

/* What an IPv4 address leaves open of the 128 bits belongs to it. */
void table_extent_find(const struct ecdn_xdp_table_line *lines, const struct address *address,
		       struct table_extent *extent)
{
	bool v4 = address->family == AF_INET;
	uint32_t root = v4 ? ECDN_XDP_TABLE_ROOT_V4 : ECDN_XDP_TABLE_ROOT_V6;
	struct walk walk = { .lines = lines, .at = address->bits };
	uint32_t entry = ecdn_xdp_region_root(lines, lines_at, root, address->bits >> 112);

	if (v4)
		walk.at = address->bits & ~cidr_host_mask(32);
	use(&walk, ROOT_BITS);
	if (v4 && entry & ECDN_XDP_REGION_CHILD)
		find_v4(&walk, entry);
	else if (!v4)
		find_v6(&walk, entry);
	*extent = walk.extent;
}

static bool same_region(const struct ecdn_xdp_table_line *lines, const struct address *address,
			uint32_t region, struct table_extent *extent)
{
	if (table_lookup(lines, address) != region)
		return false;
	table_extent_find(lines, address, extent);
	return true;
}

bool table_extent_widen(const struct ecdn_xdp_table_line *lines, const struct address *address,
			const struct table_extent *bounds, unsigned int steps,
			struct table_extent *extent)
{
	uint32_t region = table_lookup(lines, address);
	struct address at = *address;
	struct table_extent next;
	unsigned int up = steps, down = steps;

	while (extent->last < bounds->last && up) {
		at.bits = extent->last + 1;
		if (!same_region(lines, &at, region, &next))
			break;
		extent->last = next.last;
		up--;
	}
	while (extent->first > bounds->first && down) {
		at.bits = extent->first - 1;
		if (!same_region(lines, &at, region, &next))
			break;
		extent->first = next.first;
		down--;
	}
	if (extent->last > bounds->last)
		extent->last = bounds->last;
	if (extent->first < bounds->first)
		extent->first = bounds->first;
	return up && down;
}
