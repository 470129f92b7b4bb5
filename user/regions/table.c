// SPDX-License-Identifier: BSD-2-Clause
#include "regions/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BLOCK_LINES 16

/* Twice the blocks that could be, so that probing stays short in a full table. */
#define SLOTS (1 << 20)
_Static_assert(SLOTS >= 2 * ECDN_XDP_TABLE_LINES, "slots for all blocks");
_Static_assert(sizeof(struct ecdn_xdp_table_header) <=
	       (ECDN_XDP_TABLE_FIRST_FREE - ECDN_XDP_TABLE_HEADER) *
	       sizeof(struct ecdn_xdp_table_line), "room for the header");

struct slot {
	uint32_t hash;
	uint32_t child;         /* the entry that leads to the block; 0: empty */
};

struct compiler {
	struct ecdn_xdp_table_line *lines;
	uint32_t used;
	struct slot *slots;
	const struct range *range, *end; /* what lies before the current address is done */
};

/* A block while it is filled, from its first entry on. */
struct draft {
	union {
		uint32_t entry[256];
		struct ecdn_xdp_table_line line[BLOCK_LINES];
	};
	uint64_t hash;          /* of its runs of equal entries: few in most blocks */
	unsigned int runs;
	uint8_t begin[256];     /* of each run */
};

static void draft_fill(struct draft *draft, unsigned int from, unsigned int to, uint32_t entry)
{
	if (from == to)
		return;
	if (from == 0 || draft->entry[from - 1] != entry) {
		uint64_t run = (uint64_t)from << 32 | entry;

		draft->hash = (draft->hash ^ run) * 0x9e3779b97f4a7c15ULL;
		draft->hash ^= draft->hash >> 32;
		draft->begin[draft->runs++] = from;
	}
	for (unsigned int i = from; i < to; i++)
		draft->entry[i] = entry;
}

/* A run that is not there begins where it hides nothing: at 255, with the last run's entry. */
static void draft_runs(const struct draft *draft, struct ecdn_xdp_table_line *line)
{
	uint8_t *begins = (uint8_t *)line;

	for (unsigned int i = 0; i < ECDN_XDP_LINE_RUNS; i++) {
		unsigned int run = i < draft->runs ? i : draft->runs - 1;

		line->run[i] = draft->entry[draft->begin[run]];
		if (i)
			begins[i - 1] = i < draft->runs ? 256 - draft->begin[i] : 1;
	}
}

/* Entry for the block that equals these lines, a new one if there is none. */
static int store(struct compiler *compiler, uint32_t hash, const struct ecdn_xdp_table_line *line,
		 unsigned int count, uint32_t *entry)
{
	uint32_t form = count == 1 ? ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_RUNS :
				     ECDN_XDP_ENTRY_CHILD;
	struct slot *slot;

	for (uint32_t i = hash;; i++) {
		slot = &compiler->slots[i & (SLOTS - 1)];
		if (!slot->child)
			break;
		if (slot->hash == hash && (slot->child & ~ECDN_XDP_ENTRY_LINE) == form &&
		    !memcmp(&compiler->lines[slot->child & ECDN_XDP_ENTRY_LINE], line,
			    count * sizeof(*line))) {
			*entry = slot->child;
			return 0;
		}
	}
	if (compiler->used + count > ECDN_XDP_TABLE_LINES)
		return -ENOSPC;
	slot->hash = hash;
	slot->child = form | compiler->used;
	memcpy(&compiler->lines[compiler->used], line, count * sizeof(*line));
	compiler->used += count;
	*entry = slot->child;
	return 0;
}

static int store_draft(struct compiler *compiler, const struct draft *draft, uint32_t *entry)
{
	struct ecdn_xdp_table_line line;

	if (draft->runs > ECDN_XDP_LINE_RUNS)
		return store(compiler, draft->hash >> 16, draft->line, BLOCK_LINES, entry);
	draft_runs(draft, &line);
	return store(compiler, draft->hash >> 16, &line, 1, entry);
}

static int compile_block(struct compiler *compiler, int level, addr_bits base,
			 struct draft *draft);

/* The entry for all addresses that share base's bytes before `level`. */
static int compile_child(struct compiler *compiler, int level, addr_bits base, uint32_t *entry)
{
	struct draft draft;
	int error;

	error = compile_block(compiler, level, base, &draft);
	if (error)
		return error;
	*entry = draft.entry[0];
	if (draft.runs == 1 && !(*entry & ECDN_XDP_ENTRY_CHILD))
		return 0;
	return store_draft(compiler, &draft, entry);
}

/* Fills a draft for the addresses that share base's bytes before `level`. */
static int compile_block(struct compiler *compiler, int level, addr_bits base,
			 struct draft *draft)
{
	int shift = 120 - 8 * level;
	addr_bits block_last = base | (((addr_bits)256 << shift) - 1);
	unsigned int index = 0;

	draft->hash = 0;
	draft->runs = 0;
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
			draft_fill(draft, index, to, 0);
			break;
		}
		if (range->first > at) {
			to = (uint8_t)(range->first >> shift);
			draft_fill(draft, index, to, 0);
			index = to;
			at = base | (addr_bits)index << shift;
			to = 256;
		}
		if (range->last < block_last)
			to = (uint8_t)((range->last + 1) >> shift);
		entry = range->entry;
		if (range->first > at || to <= index) {
			to = index + 1;
			error = compile_child(compiler, level + 1, at, &entry);
			if (error)
				return error;
		}
		draft_fill(draft, index, to, entry);
		index = to;
	}
	return 0;
}

/* The roots are found by the first byte alone, so each has its own place. */
static int compile_family(struct compiler *compiler, const struct range_list *list, uint32_t root)
{
	struct draft draft;

	compiler->range = list->range;
	compiler->end = list->range + list->count;
	for (unsigned int byte = 0; byte < 256 && compiler->range < compiler->end; byte++) {
		int error = compile_block(compiler, 1, (addr_bits)byte << 120, &draft);

		if (error)
			return error;
		memcpy(&compiler->lines[root + byte * BLOCK_LINES], draft.line,
		       sizeof(draft.line));
	}
	return 0;
}

int table_compile(const struct range_set *set, struct ecdn_xdp_table_line *lines)
{
	struct ecdn_xdp_table_header *header = table_header(lines);
	struct compiler compiler = { .lines = lines, .used = ECDN_XDP_TABLE_FIRST_FREE };
	int error;

	compiler.slots = calloc(SLOTS, sizeof(*compiler.slots));
	if (!compiler.slots)
		return -ENOMEM;
	error = compile_family(&compiler, &set->v4, ECDN_XDP_TABLE_ROOT_V4);
	if (!error)
		error = compile_family(&compiler, &set->v6, ECDN_XDP_TABLE_ROOT_V6);
	free(compiler.slots);
	if (error)
		return error;
	header->magic = ECDN_XDP_TABLE_MAGIC;
	header->lines = compiler.used;
	header->ranges_v4 = set->v4.count;
	header->ranges_v6 = set->v6.count;
	return 0;
}

struct ecdn_xdp_table_header *table_header(struct ecdn_xdp_table_line *lines)
{
	return (struct ecdn_xdp_table_header *)&lines[ECDN_XDP_TABLE_HEADER];
}

static uint32_t entry_of(const struct ecdn_xdp_table_line *lines, uint32_t child, uint8_t byte)
{
	const struct ecdn_xdp_table_line *line = &lines[ecdn_xdp_line(child, byte)];

	return line->word[ecdn_xdp_word(child, line, byte)];
}

/* A root is a block of 16 lines like any other, but found by a byte. */
static uint32_t root_of(uint32_t root, uint8_t byte)
{
	return ECDN_XDP_ENTRY_CHILD | (root + byte * BLOCK_LINES);
}

uint32_t table_lookup(const struct ecdn_xdp_table_line *lines, const struct address *address)
{
	bool v4 = address->family == AF_INET;
	uint32_t entry = root_of(v4 ? ECDN_XDP_TABLE_ROOT_V4 : ECDN_XDP_TABLE_ROOT_V6,
				 address->bits >> 120);
	int length = v4 ? 4 : 16;

	for (int level = 1; level < length && entry & ECDN_XDP_ENTRY_CHILD; level++)
		entry = entry_of(lines, entry, address->bits >> (120 - 8 * level));
	return entry & ECDN_XDP_ENTRY_CHILD ? 0 : entry;
}

/* Recursion is as deep as an address has bytes. */
static int list_block(const struct ecdn_xdp_table_line *lines, uint32_t child, int level,
		      addr_bits base, struct range_list *list)
{
	int shift = 120 - 8 * level, error = 0;
	unsigned int next;

	for (unsigned int i = 0; !error && i < 256; i = next) {
		uint32_t entry = entry_of(lines, child, i);
		addr_bits first = base | (addr_bits)i << shift;

		next = i + 1;
		if (entry & ECDN_XDP_ENTRY_CHILD) {
			if (level < 15)
				error = list_block(lines, entry, level + 1, first, list);
			continue;
		}
		while (next < 256 && entry_of(lines, child, next) == entry)
			next++;
		if (entry)
			error = range_list_add(list, first,
					       first + (((addr_bits)(next - i) << shift) - 1),
					       entry);
	}
	return error;
}

static int list_family(const struct ecdn_xdp_table_line *lines, uint32_t root,
		       struct range_list *list)
{
	int error = 0;

	for (unsigned int byte = 0; !error && byte < 256; byte++)
		error = list_block(lines, root_of(root, byte), 1, (addr_bits)byte << 120, list);
	return error;
}

int table_ranges(const struct ecdn_xdp_table_line *lines, struct range_set *set)
{
	struct range_set ranges = { 0 };
	int error;

	error = list_family(lines, ECDN_XDP_TABLE_ROOT_V4, &ranges.v4);
	if (!error)
		error = list_family(lines, ECDN_XDP_TABLE_ROOT_V6, &ranges.v6);
	if (error)
		range_set_free(&ranges);
	else
		*set = ranges;
	return error;
}
