// SPDX-License-Identifier: BSD-2-Clause
/*
 * trie.c - an LPM trie of the same ranges: what the tables are compared with.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#define BATCH 4096

struct trie_key {
	uint32_t length;
	uint32_t addr_be[4];
};

/* Entries on their way into a trie; keys are packed to the family's size. */
struct filler {
	int fd;
	size_t key_size;
	unsigned int count;
	uint8_t keys[BATCH * sizeof(struct trie_key)];
	uint32_t values[BATCH];
};

static void filler_flush(struct filler *filler)
{
	uint32_t count = filler->count;

	need(!count || !bpf_map_update_batch(filler->fd, filler->keys, filler->values, &count,
					     NULL), "fill an LPM trie");
	filler->count = 0;
}

static void filler_add(struct filler *filler, addr_bits first, unsigned int length,
		       uint32_t value)
{
	struct trie_key key = { .length = length };

	for (unsigned int word = 0; word < 4; word++)
		key.addr_be[word] = htonl(first >> (96 - 32 * word));
	memcpy(filler->keys + filler->count * filler->key_size, &key, filler->key_size);
	filler->values[filler->count++] = value;
	if (filler->count == BATCH)
		filler_flush(filler);
}

/* The biggest prefix that starts at first and ends at last or before; again. */
static void fill_range(struct filler *filler, const struct range *range, int bits)
{
	addr_bits first = range->first;

	for (;;) {
		int length = bits;

		while (length > 0) {
			addr_bits below = length == 1 ? ~(addr_bits)0 :
					  ((addr_bits)1 << (129 - length)) - 1;

			if ((first & below) || first + below > range->last ||
			    first + below < first)
				break;
			length--;
		}
		filler_add(filler, first, length, range->entry & RANGE_REGION);
		if (!length)
			return;
		first += (addr_bits)1 << (128 - length);
		if (first == 0 || first > range->last)
			return;
	}
}

void trie_fill(int fd, const struct range_list *list, int bits)
{
	struct filler *filler = calloc(1, sizeof(*filler));

	need(filler, "allocate memory");
	filler->fd = fd;
	filler->key_size = sizeof(uint32_t) + bits / 8;
	for (size_t i = 0; i < list->count; i++)
		fill_range(filler, &list->range[i], bits);
	filler_flush(filler);
	free(filler);
}

int trie_new(const struct range_list *list, int bits)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	int fd = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "trie", sizeof(uint32_t) + bits / 8,
				sizeof(uint32_t), 1 << 20, &options);

	need(fd >= 0, "create an LPM trie");
	trie_fill(fd, list, bits);
	return fd;
}
