// SPDX-License-Identifier: BSD-2-Clause
#include "table/compile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define LAST (~(addr_bits)0)

struct compiler {
	struct block_store *store;
	bool tails;
	const struct range *range, *end; /* what lies before the current address is done */
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

/* Of ranges that leave nothing out: the one that an address is in. */
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

/* A prefix, and the leaf of all addresses around it. */
struct island {
	addr_bits first, last;
	int length;
	uint32_t outside;
};

/*
 * The smallest prefix that one leaf surrounds, among the addresses that share
 * base's bytes before `level`. Where these begin with another leaf than they end
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

/* The bytes before `level` are known where the tail is met; left out, tails of
 * different places can be one. */
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
	int error;

	error = compile_block(compiler, level, base, &draft);
	if (error)
		return error;
	*entry = draft.entry[0];
	if (draft.runs == 1 && !(*entry & ECDN_XDP_ENTRY_CHILD))
		return 0;
	return block_store_draft(compiler->store, &draft, entry);
}

/* The entry for all addresses that share base's bytes before `level`; they have
 * not all the same leaf, or the ranges are not without gaps. */
static int compile_child(struct compiler *compiler, int level, addr_bits base, uint32_t *entry)
{
	const struct range *around;
	struct island island;
	int below, error;

	if (!compiler->tails)
		return compile_plain(compiler, level, base, entry);
	find_island(compiler, level, base, &island);
	around = range_of(compiler, island.first);
	if (around->first <= island.first && around->last >= island.last)
		return store_tail(compiler, level, &island, island.length, around->entry, entry);
	below = island.length / 8;
	if (below == level)
		return compile_plain(compiler, level, base, entry);
	/* NOLINTNEXTLINE(clang-analyzer-core.*): below < 16, one address has one range. */
	error = compile_plain(compiler, below, island.first & ~(LAST >> 8 * below), entry);
	return error ?: store_tail(compiler, level, &island, 8 * below, *entry, entry);
}

/* Fills a draft for the addresses that share base's bytes before `level`. */
static int compile_block(struct compiler *compiler, int level, addr_bits base,
			 struct block_draft *draft)
{
	int shift = 120 - 8 * level;
	addr_bits block_last = last_of(base, 8 * level);
	unsigned int index = 0;

	block_draft_init(draft);
	while (index < 256) {
		addr_bits at = base | (addr_bits)index << shift;
		const struct range *range;
		unsigned int to = 256;
		uint32_t entry;
		int error;

		while (compiler->range < compiler->end && compiler->range->last < at)
			compiler->range++;
		range = compiler->range;
		if (range == compiler->end || range->first > block_last) {
			block_draft_fill(draft, index, to, 0);
			break;
		}
		if (range->first > at) {
			to = block_byte(range->first, level);
			block_draft_fill(draft, index, to, 0);
			index = to;
			at = base | (addr_bits)index << shift;
			to = 256;
		}
		if (range->last < block_last)
			to = block_byte(range->last + 1, level);
		entry = range->entry;
		if (range->first > at || to <= index) {
			to = index + 1;
			error = compile_child(compiler, level + 1, at, &entry);
			if (error)
				return error;
		}
		block_draft_fill(draft, index, to, entry);
		index = to;
	}
	return 0;
}

/* The roots are found by the first byte alone, so each has its own place. */
int compile_ranges(struct block_store *store, const struct range_list *list, uint32_t root,
		   bool tails)
{
	struct compiler compiler = { store, tails, list->range, list->range };
	struct block_draft draft;

	/* A family without ranges has no array to point into. */
	if (list->count)
		compiler.end += list->count;
	for (unsigned int byte = 0; byte < 256 && compiler.range < compiler.end; byte++) {
		int error = compile_block(&compiler, 1, (addr_bits)byte << 120, &draft);

		if (error)
			return error;
		memcpy(&store->lines[root + byte * BLOCK_LINES], draft.line, sizeof(draft.line));
	}
	return 0;
}
