// SPDX-License-Identifier: BSD-2-Clause
#include "table/compile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define LAST (~(addr_bits)0)

struct compiler {
	struct block_store *store;
	const struct range *range, *end; /* those that are not behind the current address */
};

static int compile_block(struct compiler *compiler, int level, addr_bits base,
			 struct block_draft *draft);

/* The last address that shares base's first `bits` bits. */
static addr_bits last_of(addr_bits base, int bits)
{
	return bits >= 128 ? base : base | LAST >> bits;
}

static int common_bits(addr_bits a, addr_bits b)
{
	uint64_t high = (a ^ b) >> 64, low = a ^ b;

	if (high)
		return __builtin_clzll(high);
	return low ? 64 + __builtin_clzll(low) : 128;
}

/* The range that an address is in; the ranges leave no address out. */
static const struct range *range_of(const struct compiler *compiler, addr_bits address)
{
	const struct range *low = compiler->range, *high = compiler->end - 1;

	while (low < high) {
		const struct range *middle = low + (high - low) / 2;

		if (address > middle->last)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A prefix, and the leaf that all addresses around it have. */
struct island {
	addr_bits first, last;
	int length;
	uint32_t outside;
};

/*
 * Finds the smallest prefix around which all addresses have one leaf, among the addresses
 * that share base's bytes before `level`. If these begin with another leaf than they end
 * with, the prefix lies at one of their ends.
 */
static void find_island(const struct compiler *compiler, int level, addr_bits base,
			struct island *island)
{
	addr_bits end = last_of(base, 8 * level);
	const struct range *begins = range_of(compiler, base), *ends = range_of(compiler, end);
	addr_bits first = begins->last + 1, last = ends->first - 1;

	island->outside = ends->entry;
	if (begins->entry != ends->entry) {
		if (common_bits(base, last) > common_bits(first, end)) {
			first = base;
		} else {
			last = end;
			island->outside = begins->entry;
		}
	}
	island->length = common_bits(first, last);
	island->first = first & ~(island->length == 128 ? 0 : LAST >> island->length);
	island->last = last_of(island->first, island->length);
}

static void set_words(__u32 word_be[4], addr_bits bits)
{
	for (int i = 0; i < 4; i++)
		word_be[i] = htonl((uint32_t)(bits >> (96 - 32 * i)));
}

/* Whoever comes to a tail knows the bytes before `level`. They are left out of it, so that
 * tails of different places can be the same line. */
static int store_tail(struct compiler *compiler, int level, const struct island *island,
		      int length, uint32_t inside, uint32_t *entry)
{
	addr_bits mask = (LAST >> 8 * level) & ~(length == 128 ? 0 : LAST >> length);
	struct ecdn_xdp_table_tail tail = { .inside = inside, .outside = island->outside };

	set_words(tail.addr_be, island->first & mask);
	set_words(tail.mask_be, mask);
	if (inside & ECDN_XDP_ENTRY_CHILD)
		tail.next_byte = length / 8;
	return block_store_tail(compiler->store, &tail, entry);
}

static int compile_plain(struct compiler *compiler, int level, addr_bits base, uint32_t *entry)
{
	struct block_draft draft;
	int err;

	err = compile_block(compiler, level, base, &draft);
	if (err)
		return err;
	*entry = draft.entry[0];
	if (draft.runs == 1 && !(*entry & ECDN_XDP_ENTRY_CHILD))
		return 0;
	return block_store_draft(compiler->store, &draft, entry);
}

/* Finds the entry for all addresses that share base's bytes before `level`. One range does not
 * hold them all. */
static int compile_child(struct compiler *compiler, int level, addr_bits base, uint32_t *entry)
{
	const struct range *around;
	struct island island;
	int below, err;

	find_island(compiler, level, base, &island);
	around = range_of(compiler, island.first);
	if (around->first <= island.first && around->last >= island.last)
		return store_tail(compiler, level, &island, island.length, around->entry, entry);
	below = island.length / 8;
	if (below == level)
		return compile_plain(compiler, level, base, entry);
	/* NOLINTNEXTLINE(clang-analyzer-core.*): below < 16, one address has one range. */
	err = compile_plain(compiler, below, island.first & ~(LAST >> 8 * below), entry);
	return err ?: store_tail(compiler, level, &island, 8 * below, *entry, entry);
}

static addr_bits address_at(addr_bits base, int level, unsigned int index)
{
	return base | (addr_bits)index << (120 - 8 * level);
}

/* The first range that does not end before an address, or NULL. */
static const struct range *next_range(struct compiler *compiler, addr_bits address)
{
	while (compiler->range < compiler->end && compiler->range->last < address)
		compiler->range++;
	return compiler->range < compiler->end ? compiler->range : NULL;
}

/* Fills the entries from *index on that a range covers, or the one entry that it covers in
 * part, and moves *index behind them. */
static int fill_range(struct compiler *compiler, int level, addr_bits base,
		      const struct range *range, struct block_draft *draft, unsigned int *index)
{
	addr_bits at = address_at(base, level, *index);
	uint32_t entry = range->entry;
	unsigned int to = 256;
	int err;

	if (range->last < last_of(base, 8 * level))
		to = block_byte(range->last + 1, level);
	if (range->first > at || to <= *index) {
		to = *index + 1;
		err = compile_child(compiler, level + 1, at, &entry);
		if (err)
			return err;
	}
	block_draft_fill(draft, *index, to, entry);
	*index = to;
	return 0;
}

/* Fills a draft for the addresses that share base's bytes before `level`. */
static int compile_block(struct compiler *compiler, int level, addr_bits base,
			 struct block_draft *draft)
{
	addr_bits block_last = last_of(base, 8 * level);
	unsigned int index = 0;
	int err = 0;

	block_draft_init(draft);
	while (index < 256 && !err) {
		addr_bits at = address_at(base, level, index);
		const struct range *range = next_range(compiler, at);
		unsigned int begin = index;

		if (!range || range->first > block_last)
			begin = 256;
		else if (range->first > at)
			begin = block_byte(range->first, level);
		block_draft_fill(draft, index, begin, 0);
		index = begin;
		if (index < 256)
			err = fill_range(compiler, level, base, range, draft, &index);
	}
	return err;
}

int compile_ranges(struct block_store *store, const struct range_list *list, uint32_t root)
{
	struct compiler compiler = { store, list->range, NULL };
	struct block_draft draft;

	if (!list->count)
		return 0;
	compiler.end = list->range + list->count;
	for (unsigned int byte = 0; byte < 256 && compiler.range < compiler.end; byte++) {
		int err = compile_block(&compiler, 1, (addr_bits)byte << 120, &draft);

		if (err)
			return err;
		memcpy(&store->lines[root + byte * BLOCK_LINES], draft.line, sizeof(draft.line));
	}
	return 0;
}
