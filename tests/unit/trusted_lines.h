/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trusted_lines.h - a trusted table in plain memory, and whether it is sound.
 */
#ifndef UNIT_TRUSTED_LINES_H
#define UNIT_TRUSTED_LINES_H

#include "lines.h"
#include "trusted_fixture.h"

/* The leaf of an allowed prefix of that index, in no node's. */
#define ALLOWED(index) (ECDN_XDP_ENTRY_ALLOWED | ECDN_XDP_ENTRY_NO_NODE | (index))

static inline uint32_t lookup(int family, addr_bits bits)
{
	struct address address = { bits, family };

	return trust_table_lookup(lines, &address);
}

static inline uint32_t lookup_text(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	return trust_table_lookup(lines, &address);
}

/* By looking at every row. */
static inline uint32_t reference(const struct trust_list *list, int family, addr_bits bits)
{
	uint32_t allowed = 0, node = 0, other = 0;
	int longest = -1, longest_other = -1;

	for (size_t i = 0; i < list->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &list->row[i];
		struct cidr cidr;

		trust_list_cidr(row, &cidr);
		if (cidr.addr.family != family || bits < cidr.addr.bits || bits > cidr_last(&cidr))
			continue;
		if (row->allowed)
			allowed = ECDN_XDP_ENTRY_ALLOWED;
		if (trust_list_is_node(row) && cidr.length > longest) {
			longest = cidr.length;
			node = row->node;
		} else if (!trust_list_is_node(row) && cidr.length > longest_other) {
			longest_other = cidr.length;
			other = row->node;
		}
	}
	return allowed | (node ? node : other);
}

static inline void mark_child(uint32_t child, unsigned int byte, uint8_t *marks, uint32_t used);

static inline void mark_tail(uint32_t line, unsigned int byte, uint8_t *marks, uint32_t used)
{
	const struct ecdn_xdp_table_tail *tail = (const void *)&lines[line];

	assert_false(tail->outside & ECDN_XDP_ENTRY_CHILD);
	assert_true(tail->inside != tail->outside);
	for (int i = 0; i < 4; i++)
		assert_int_equal(tail->addr_be[i] & ~tail->mask_be[i], 0);
	if (!(tail->inside & ECDN_XDP_ENTRY_CHILD))
		return;
	assert_false(tail->inside & ECDN_XDP_ENTRY_TAIL);
	assert_in_range(tail->next_byte, byte + 1, 15);
	mark_child(tail->inside, tail->next_byte, marks, used);
}

/* Marks the lines of a block and of all below it; each must be in use and no root. */
static inline void mark_child(uint32_t child, unsigned int byte, uint8_t *marks, uint32_t used)
{
	uint32_t first = child & ECDN_XDP_ENTRY_LINE;
	uint32_t one = ECDN_XDP_ENTRY_RUNS | ECDN_XDP_ENTRY_TAIL;
	uint32_t count = child & one ? 1 : 16;

	assert_in_range(byte, 2, 15);
	assert_true(first >= ECDN_XDP_TABLE_FIRST_FREE && first + count <= used);
	memset(marks + first, 1, count);
	if (child & ECDN_XDP_ENTRY_TAIL) {
		mark_tail(first, byte, marks, used);
		return;
	}
	for (unsigned int i = 0; i < 256; i++) {
		const struct ecdn_xdp_table_line *line = &lines[ecdn_xdp_line(child, i)];
		uint32_t entry = line->word[ecdn_xdp_word(child, line, i)];

		if (entry & ECDN_XDP_ENTRY_CHILD)
			mark_child(entry, byte + 1, marks, used);
	}
}

/* All children are in use, and all that is in use is a child. */
static inline void check_children(void)
{
	uint32_t used = trust_table_header(lines)->first_row;
	uint8_t *marks = calloc(ECDN_XDP_TABLE_LINES_MAX, 1);

	assert_in_range(used, ECDN_XDP_TABLE_FIRST_FREE, ECDN_XDP_TABLE_LINES_MAX);
	for (uint32_t root = ECDN_XDP_TABLE_ROOT_V4; root < ECDN_XDP_TABLE_FIRST_FREE; root++)
		for (int i = 0; i < 16; i++)
			if (lines[root].word[i] & ECDN_XDP_ENTRY_CHILD)
				mark_child(lines[root].word[i], 2, marks, used);
	for (uint32_t line = ECDN_XDP_TABLE_FIRST_FREE; line < used; line++)
		assert_true(marks[line]);
	free(marks);
}

static inline void compile(const struct trust_list *list)
{
	const struct ecdn_xdp_trusted_header *header;
	struct trust_list back = {};
	size_t allowed = 0, nodes = 0;

	clear_lines();
	header = trust_table_header(lines);
	assert_int_equal(trust_table_compile(list, lines, ECDN_XDP_TABLE_LINES_MAX), 0);
	check_sorted(list);
	check_children();
	for (size_t i = 0; i < list->count; i++) {
		allowed += list->row[i].allowed;
		nodes += trust_list_is_node(&list->row[i]);
	}
	assert_int_equal(header->magic, ECDN_XDP_TABLE_MAGIC);
	assert_int_equal(header->rows, list->count);
	assert_int_equal(header->lines, header->first_row + list->count);
	assert_int_equal(header->allowed, allowed);
	assert_int_equal(header->nodes, nodes);
	assert_int_equal(trust_table_rows(lines, &back), 0);
	assert_int_equal(back.count, list->count);
	if (list->count)
		assert_memory_equal(back.row, list->row, list->count * sizeof(*list->row));
	trust_list_free(&back);
}

static inline addr_bits mask_of(int length)
{
	return length == 128 ? LAST : ~(LAST >> length);
}

static inline void check_around(const struct trust_list *list,
				const struct ecdn_xdp_trusted_row *row)
{
	addr_bits step = row->family == 4 ? (addr_bits)1 << 96 : 1, at[4];
	int family = row->family == 4 ? AF_INET : AF_INET6;
	struct cidr cidr;

	trust_list_cidr(row, &cidr);
	at[0] = cidr.addr.bits;
	at[1] = cidr_last(&cidr);
	at[2] = at[0] - step;
	at[3] = at[1] + 1;
	for (int i = 0; i < 4; i++)
		assert_int_equal(lookup(family, at[i]), reference(list, family, at[i]));
}

#endif
