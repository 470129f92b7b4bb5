/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block.h - blocks of 256 entries, which are stored as lines. Equal blocks are stored once,
 * and a block of few runs of equal entries takes one line.
 */
#ifndef TABLE_BLOCK_H
#define TABLE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-trusted.h"
#include "base/address.h"

#define BLOCK_LINES 16

/* A table while it is compiled. */
struct block_store {
	struct ecdn_xdp_table_line *lines; /* the caller's */
	uint32_t used, end;     /* the lines from used to end - 1 are free */
	struct block_slot *slots;
};

/* A block while its entries are filled in, the first one first. */
struct block_draft {
	union {
		uint32_t entry[256];
		struct ecdn_xdp_table_line line[BLOCK_LINES];
	};
	uint64_t hash;          /* of the runs of equal entries, which are few in most blocks */
	unsigned int runs;
	uint8_t begin[256];     /* where each run begins */
};

/* The lines from ECDN_XDP_TABLE_FIRST_FREE to end - 1 are free to use. 0 or -ENOMEM. */
int block_store_init(struct block_store *store, struct ecdn_xdp_table_line *lines, uint32_t end);
void block_store_free(struct block_store *store);

void block_draft_init(struct block_draft *draft);
/* Fills the entries from `from` to to - 1; those before are filled. */
void block_draft_fill(struct block_draft *draft, unsigned int from, unsigned int to,
		      uint32_t entry);

/* Store a block, or a tail, that is not stored already, and return the entry that leads to it.
 * 0 or -ENOSPC. */
int block_store_draft(struct block_store *store, const struct block_draft *draft,
		      uint32_t *entry);
int block_store_tail(struct block_store *store, const struct ecdn_xdp_table_tail *tail,
		     uint32_t *entry);

static inline uint8_t block_byte(addr_bits bits, int level)
{
	return bits >> (120 - 8 * level);
}

#endif
