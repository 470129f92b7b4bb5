// SPDX-License-Identifier: BSD-2-Clause
#include "table/block.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Twice as many slots as there can be blocks, so that searches stay short in a full table. */
#define SLOTS (1 << 20)
_Static_assert(SLOTS >= 2 * ECDN_XDP_TABLE_LINES_MAX, "slots for all blocks");

#define MIX 0x9e3779b97f4a7c15ULL

struct block_slot {
	uint32_t hash;
	uint32_t child;         /* the entry that leads to the block; 0: empty */
};

int block_store_init(struct block_store *store, struct ecdn_xdp_table_line *lines, uint32_t end)
{
	store->lines = lines;
	store->used = ECDN_XDP_TABLE_FIRST_FREE;
	store->end = end;
	store->slots = calloc(SLOTS, sizeof(*store->slots));
	return store->slots ? 0 : -ENOMEM;
}

void block_store_free(struct block_store *store)
{
	free(store->slots);
}

void block_draft_init(struct block_draft *draft)
{
	draft->hash = 0;
	draft->runs = 0;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * MIX;
	return hash ^ hash >> 32;
}

void block_draft_fill(struct block_draft *draft, unsigned int from, unsigned int to,
		      uint32_t entry)
{
	if (from == to)
		return;
	if (from == 0 || draft->entry[from - 1] != entry) {
		draft->hash = mix(draft->hash, (uint64_t)from << 32 | entry);
		draft->begin[draft->runs++] = from;
	}
	for (unsigned int i = from; i < to; i++)
		draft->entry[i] = entry;
}

/* A line has room for more runs than most blocks have. A spare one begins at 255 with the last
 * run's entry, so that it changes nothing. */
static void draft_runs(const struct block_draft *draft, struct ecdn_xdp_table_line *line)
{
	uint8_t *begins = (uint8_t *)line;

	for (unsigned int i = 0; i < ECDN_XDP_LINE_RUNS; i++) {
		unsigned int run = i < draft->runs ? i : draft->runs - 1;

		line->run[i] = draft->entry[draft->begin[run]];
		if (i)
			begins[i - 1] = i < draft->runs ? 256 - draft->begin[i] : 1;
	}
}

/* Finds the entry that leads to a block of these lines, and stores them if there is none. */
static int store_lines(struct block_store *store, uint32_t form, uint32_t hash, const void *lines,
		       unsigned int count, uint32_t *entry)
{
	size_t size = count * sizeof(struct ecdn_xdp_table_line);
	struct block_slot *slot;

	for (uint32_t i = hash;; i++) {
		slot = &store->slots[i & (SLOTS - 1)];
		if (!slot->child)
			break;
		if (slot->hash == hash && (slot->child & ~ECDN_XDP_ENTRY_LINE) == form &&
		    !memcmp(&store->lines[slot->child & ECDN_XDP_ENTRY_LINE], lines, size)) {
			*entry = slot->child;
			return 0;
		}
	}
	if (store->used + count > store->end)
		return -ENOSPC;
	slot->hash = hash;
	slot->child = form | store->used;
	memcpy(&store->lines[store->used], lines, size);
	store->used += count;
	*entry = slot->child;
	return 0;
}

int block_store_draft(struct block_store *store, const struct block_draft *draft,
		      uint32_t *entry)
{
	struct ecdn_xdp_table_line line;

	if (draft->runs > ECDN_XDP_LINE_RUNS)
		return store_lines(store, ECDN_XDP_ENTRY_CHILD, draft->hash >> 16, draft->line,
				   BLOCK_LINES, entry);
	draft_runs(draft, &line);
	return store_lines(store, ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_RUNS, draft->hash >> 16,
			   &line, 1, entry);
}

int block_store_tail(struct block_store *store, const struct ecdn_xdp_table_tail *tail,
		     uint32_t *entry)
{
	uint64_t word[sizeof(*tail) / sizeof(uint64_t)], hash = 0;

	memcpy(word, tail, sizeof(word));
	for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++)
		hash = mix(hash, word[i]);
	return store_lines(store, ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_TAIL, hash >> 16, tail, 1,
			   entry);
}
