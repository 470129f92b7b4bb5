/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block.h - blocks of 256 entries, stored as lines: equal ones once, and those of
 * few runs in one line.
 */
#ifndef TABLE_BLOCK_H
#define TABLE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-table.h"
#include "base/address.h"

#define BLOCK_LINES 16

/* Lines on their way to become a table. */
struct block_store {
	struct ecdn_xdp_table_line *lines;
	uint32_t used, end;     /* what is free lies between */
	struct block_slot *slots;
};

/* A block while it is filled, from its first entry on. */
struct block_draft {
	union {
		uint32_t entry[256];
		struct ecdn_xdp_table_line line[BLOCK_LINES];
	};
	uint64_t hash;          /* of its runs of equal entries: few in most blocks */
	unsigned int runs;
	uint8_t begin[256];     /* of each run */
};

/* Room from ECDN_XDP_TABLE_FIRST_FREE up to `end`. 0 or -ENOMEM. */
int block_store_init(struct block_store *store, struct ecdn_xdp_table_line *lines, uint32_t end);
void block_store_free(struct block_store *store);

void block_draft_init(struct block_draft *draft);
void block_draft_fill(struct block_draft *draft, unsigned int from, unsigned int to,
		      uint32_t entry);

/* The entry that leads to the block: the one stored already, or a new one. 0 or
 * -ENOSPC. */
int block_store_draft(struct block_store *store, const struct block_draft *draft,
		      uint32_t *entry);
int block_store_tail(struct block_store *store, const struct ecdn_xdp_table_tail *tail,
		     uint32_t *entry);

/* A line of a table in memory, of which there are ECDN_XDP_TABLE_LINES; NULL beyond them. */
const struct ecdn_xdp_table_line *block_line_at(const void *lines, uint32_t index);

/* The entry that a child, which is no tail, has for a byte. */
uint32_t block_entry(const struct ecdn_xdp_table_line *lines, uint32_t child, uint8_t byte);

static inline uint8_t block_byte(addr_bits bits, int level)
{
	return bits >> (120 - 8 * level);
}

#endif
