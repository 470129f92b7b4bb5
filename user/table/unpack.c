// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where regions may change is read out of the lists and lines; which region begins there, by the
 * walk that packets take: several items share a line, so a line alone does not tell.
 */
#include "table/unpack.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "table/lines.h"

#define ROOTS 65536
#define ROOT_BITS 16
#define FORK_BITS 4

/* More pieces than any table has that does not lead in circles. */
#define PIECES_MAX (1U << 26)

struct unpack {
	const struct ecdn_xdp_table_line *lines;
	bool v4;
	unpack_take *take;
	void *context;
	struct range open;      /* from here on addresses are of this region; entry 0: of none */
	uint32_t pieces;
};

/* The addresses that begin with the first `length` bits of `bits`. */
struct span {
	addr_bits bits;
	int length;
};

static addr_bits end_of(const struct span *span)
{
	return span->bits | (((addr_bits)1 << (128 - span->length)) - 1);
}

static struct span part_of(const struct span *span, int bits, uint32_t index)
{
	int length = span->length + bits;

	if (!bits)
		return *span;
	return (struct span){ span->bits | (addr_bits)index << (128 - length), length };
}

static uint32_t region_at(const struct unpack *unpack, addr_bits address)
{
	if (unpack->v4)
		return ecdn_xdp_region_v4(unpack->lines, lines_at, address >> 96);
	return ecdn_xdp_region_v6(unpack->lines, lines_at, address >> 64, address);
}

/* From `first` on addresses are of this region, up to where another one begins. */
static void begin(struct unpack *unpack, addr_bits first, uint32_t region)
{
	unpack->pieces++;
	if (region == unpack->open.entry || first < unpack->open.first)
		return;
	unpack->open.last = first - 1;
	if (unpack->open.entry)
		unpack->take(&unpack->open, unpack->context);
	unpack->open = (struct range){ .first = first, .entry = region };
}

static void begin_inside(struct unpack *unpack, const struct span *span, addr_bits first)
{
	if (first > span->bits && first <= end_of(span))
		begin(unpack, first, region_at(unpack, first));
}

/* Begins are the last 15 bits of an address, or the first 15 of its last 16. */
static void take_runs_v4(struct unpack *unpack, const struct ecdn_xdp_table_line *line,
			 uint32_t item, const struct span *span)
{
	int halved = item >> ECDN_XDP_ITEM_HALVED_SHIFT & 1, bits = 96 + 15 + halved;
	addr_bits base = span->bits >> bits << bits;

	begin(unpack, span->bits, region_at(unpack, span->bits));
	for (int run = 1; run < ECDN_XDP_RUNS_V4; run++)
		begin_inside(unpack, span, base | (addr_bits)line->half[run] << (96 + halved));
}

/* at: how many bits of an address come before those that the line's runs are told by. */
static void take_runs_v6(struct unpack *unpack, const struct ecdn_xdp_table_line *line, int at,
			 const struct span *span)
{
	addr_bits base = span->bits >> (128 - at) << (128 - at);

	begin(unpack, span->bits, region_at(unpack, span->bits));
	for (int run = 0; run < ECDN_XDP_RUNS_V6 - 1; run++)
		if (line->word[6 + run] != ~0U)
			begin_inside(unpack, span, base |
				     (addr_bits)(line->word[6 + run] + 1) << 96 >> at);
}

static void take_wide(struct unpack *unpack, const struct ecdn_xdp_table_line *line, int at,
		      const struct span *span)
{
	addr_bits base = span->bits >> (128 - at) << (128 - at);

	begin(unpack, span->bits, region_at(unpack, span->bits));
	for (int run = 1; run < ECDN_XDP_RUNS_WIDE; run++)
		begin_inside(unpack, span, base | ((addr_bits)line->quad[2 * run] << 64 |
						   line->quad[2 * run + 1]) >> at);
}

static int take_entry(struct unpack *unpack, uint32_t entry, const struct span *span);

static int take_fork(struct unpack *unpack, const struct ecdn_xdp_table_line *line,
		     const struct span *span)
{
	int err = 0;

	for (uint32_t i = 0; i < 1U << FORK_BITS && !err; i++) {
		const struct span part = part_of(span, FORK_BITS, i);
		uint32_t entry = line->word[i];
		const struct ecdn_xdp_table_line *runs;

		if (!unpack->v4 || !(entry & ECDN_XDP_REGION_CHILD)) {
			err = take_entry(unpack, entry, &part);
			continue;
		}
		/* Below a fork of IPv4 an entry leads to a line of runs, whatever its shift is. */
		runs = lines_at(unpack->lines, entry & ECDN_XDP_REGION_LINE);
		if (runs)
			take_runs_v4(unpack, runs, 0, &part);
	}
	return err;
}

/* An item of a list, of which at bits of an address come before those of its items. */
static int take_item(struct unpack *unpack, uint32_t index, uint32_t item, int at,
		     const struct span *span)
{
	const struct ecdn_xdp_table_line *line;

	if (item <= ECDN_XDP_REGION_ID) {
		begin(unpack, span->bits, item);
		return 0;
	}
	line = lines_at(unpack->lines, index + (item & ECDN_XDP_ITEM_LINES));
	if (!line)
		begin(unpack, span->bits, 0);
	else if (item >= ECDN_XDP_ITEM_FORK)
		return take_fork(unpack, line, span);
	else if (unpack->v4)
		take_runs_v4(unpack, line, item, span);
	else if (item < ECDN_XDP_ITEM_RUNS)
		take_wide(unpack, line, at, span);
	else
		take_runs_v6(unpack, line, at, span);
	return 0;
}

/* The recursion ends where no bits are left. */
static int take_entry(struct unpack *unpack, uint32_t entry, const struct span *span)
{
	int shift = entry >> ECDN_XDP_REGION_SHIFT & (unpack->v4 ? 31 : 63);
	int bits = (unpack->v4 ? 16 : 63) - shift, err = 0;
	uint32_t first = entry & ECDN_XDP_REGION_LINE;

	if (!(entry & ECDN_XDP_REGION_CHILD)) {
		begin(unpack, span->bits, entry & ECDN_XDP_REGION_ID);
		return 0;
	}
	if (bits < 0 || bits > 16 ||
	    span->length + bits + FORK_BITS > (unpack->v4 ? 32 + FORK_BITS : 128 + FORK_BITS))
		return -EPROTO;
	for (uint32_t i = 0; i < 1U << bits && !err; i++) {
		const struct ecdn_xdp_table_line *line = lines_at(unpack->lines, first + (i >> 5));
		const struct span part = part_of(span, bits, i);

		if (unpack->pieces > PIECES_MAX)
			return -EPROTO;
		err = take_item(unpack, first + (i >> 5), line ? line->half[i & 31] : 0,
				span->length, &part);
	}
	return err;
}

int unpack_ranges(const struct ecdn_xdp_table_line *lines, int family, unpack_take *take,
		  void *context)
{
	struct unpack unpack = { .lines = lines, .v4 = family == AF_INET, .take = take,
				 .context = context };
	uint32_t root = unpack.v4 ? ECDN_XDP_TABLE_ROOT_V4 : ECDN_XDP_TABLE_ROOT_V6;
	int err = 0;

	for (uint32_t i = 0; i < ROOTS && !err; i++) {
		const struct span span = { (addr_bits)i << 112, ROOT_BITS };

		err = take_entry(&unpack, ecdn_xdp_region_root(lines, lines_at, root, i), &span);
	}
	unpack.open.last = ~(addr_bits)0;
	if (!err && unpack.open.entry)
		take(&unpack.open, context);
	return err;
}
