// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "regions/trusted_table.h"

#define LAST (~(addr_bits)0)

static struct ecdn_xdp_table_line *lines;

static int set_up(void **state)
{
	(void)state;
	lines = calloc(ECDN_XDP_TABLE_LINES, sizeof(*lines));
	return lines ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(lines);
	return 0;
}

static struct cidr cidr_of(const char *text)
{
	struct cidr cidr;

	assert_int_equal(parse_cidr(text, &cidr), 0);
	return cidr;
}

static struct trusted_node node_of(const char *text, const char *name)
{
	struct trusted_node node = { .cidr = cidr_of(text) };

	strcpy(node.name, name);
	return node;
}

static void allow(struct trusted_list *list, const char *text, uint64_t now)
{
	struct cidr cidr = cidr_of(text);

	assert_int_equal(trusted_allow(list, &cidr, 1, now), 0);
}

static void add_node(struct trusted_list *list, const char *text, const char *name, uint64_t now)
{
	struct trusted_node node = node_of(text, name);

	assert_int_equal(trusted_add_nodes(list, &node, 1, now), 0);
}

static const struct ecdn_xdp_trusted_row *row_of(const struct trusted_list *list,
						 const char *text)
{
	struct cidr cidr = cidr_of(text);

	return trusted_find(list, &cidr);
}

static uint32_t index_of(const struct trusted_list *list, const char *text)
{
	const struct ecdn_xdp_trusted_row *row = row_of(list, text);

	return row ? row->node : 0;
}

static uint32_t lookup(int family, addr_bits bits)
{
	struct address address = { bits, family };

	return trusted_lookup(lines, &address);
}

static uint32_t lookup_text(const char *text)
{
	struct address address;

	assert_int_equal(parse_address(text, &address), 0);
	return trusted_lookup(lines, &address);
}

/* By looking at every row. */
static uint32_t reference(const struct trusted_list *list, int family, addr_bits bits)
{
	uint32_t allowed = 0, node = 0;
	int longest = -1;

	for (size_t i = 0; i < list->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &list->row[i];
		struct cidr cidr;

		trusted_cidr(row, &cidr);
		if (cidr.addr.family != family || bits < cidr.addr.bits || bits > cidr_last(&cidr))
			continue;
		if (row->allowed)
			allowed = ECDN_XDP_ENTRY_ALLOWED;
		if (row->node && cidr.length > longest) {
			longest = cidr.length;
			node = row->node;
		}
	}
	return allowed | node;
}

static void mark_child(uint32_t child, unsigned int byte, uint8_t *marks, uint32_t used);

static void mark_tail(uint32_t line, unsigned int byte, uint8_t *marks, uint32_t used)
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
static void mark_child(uint32_t child, unsigned int byte, uint8_t *marks, uint32_t used)
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
static void check_children(void)
{
	uint32_t used = trusted_header(lines)->lines;
	uint8_t *marks = calloc(ECDN_XDP_TABLE_LINES, 1);

	assert_in_range(used, ECDN_XDP_TABLE_FIRST_FREE, ECDN_XDP_TABLE_LINES);
	for (uint32_t root = 0; root < ECDN_XDP_TABLE_HEADER; root++)
		for (int i = 0; i < 16; i++)
			if (lines[root].word[i] & ECDN_XDP_ENTRY_CHILD)
				mark_child(lines[root].word[i], 2, marks, used);
	for (uint32_t line = ECDN_XDP_TABLE_FIRST_FREE; line < used; line++)
		assert_true(marks[line]);
	free(marks);
}

static void check_sorted(const struct trusted_list *list)
{
	for (size_t i = 1; i < list->count; i++) {
		const struct ecdn_xdp_trusted_row *a = &list->row[i - 1], *b = &list->row[i];
		int order = memcmp(a->addr, b->addr, sizeof(a->addr));

		if (a->family == b->family)
			assert_true(order < 0 || (!order && a->length < b->length));
		else
			assert_true(a->family == 4 && b->family == 6);
	}
}

static void compile(const struct trusted_list *list)
{
	const struct ecdn_xdp_trusted_header *header = trusted_header(lines);
	struct trusted_list back = {};
	size_t allowed = 0, nodes = 0;

	memset(lines, 0, ECDN_XDP_TABLE_LINES * sizeof(*lines));
	assert_int_equal(trusted_compile(list, lines), 0);
	check_sorted(list);
	check_children();
	for (size_t i = 0; i < list->count; i++) {
		allowed += list->row[i].allowed;
		nodes += list->row[i].node != 0;
	}
	assert_int_equal(header->magic, ECDN_XDP_TABLE_MAGIC);
	assert_int_equal(header->rows, list->count);
	assert_int_equal(header->allowed, allowed);
	assert_int_equal(header->nodes, nodes);
	assert_int_equal(trusted_rows(lines, &back), 0);
	assert_int_equal(back.count, list->count);
	if (list->count)
		assert_memory_equal(back.row, list->row, list->count * sizeof(*list->row));
	trusted_free(&back);
}

static void empty_list(void **state)
{
	struct trusted_list list = {};

	(void)state;
	compile(&list);
	assert_int_equal(trusted_header(lines)->lines, ECDN_XDP_TABLE_FIRST_FREE);
	assert_int_equal(lookup(AF_INET, 0), 0);
	assert_int_equal(lookup(AF_INET6, LAST), 0);
}

static void one_row_of_both(void **state)
{
	struct trusted_list list = {};

	(void)state;
	allow(&list, "192.0.2.0/24", 5);
	allow(&list, "192.0.2.0/24", 6);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.row->added_at, 5);
	add_node(&list, "192.0.2.0/24", "first", 7);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.row->allowed, 1);
	assert_int_equal(list.row->node, 1);
	assert_int_equal(list.row->added_at, 7);
	add_node(&list, "192.0.2.0/24", "", 8);
	assert_string_equal(list.row->name, "first");
	assert_int_equal(list.row->added_at, 7);
	add_node(&list, "192.0.2.0/24", "second", 9);
	assert_string_equal(list.row->name, "second");

	trusted_disallow(&list, (struct cidr[]){ cidr_of("192.0.2.0/24") }, 1);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.row->allowed, 0);
	assert_int_equal(list.row->node, 1);
	allow(&list, "192.0.2.0/24", 10);
	trusted_remove_nodes(&list, (struct cidr[]){ cidr_of("192.0.2.0/24") }, 1);
	assert_int_equal(list.row->node, 0);
	assert_string_equal(list.row->name, "");
	trusted_disallow(&list, (struct cidr[]){ cidr_of("192.0.2.0/24") }, 1);
	assert_int_equal(list.count, 0);
	trusted_free(&list);
}

static void order_and_duplicates(void **state)
{
	struct cidr cidrs[] = {
		cidr_of("::/0"), cidr_of("192.0.2.0/24"), cidr_of("192.0.2.0/25"),
		cidr_of("0.0.0.0/0"), cidr_of("192.0.2.0/24"), cidr_of("2001:db8::1"),
	};
	struct trusted_list list = {};

	(void)state;
	assert_int_equal(trusted_allow(&list, cidrs, 6, 1), 0);
	assert_int_equal(list.count, 5);
	check_sorted(&list);
	assert_non_null(row_of(&list, "192.0.2.0/25"));
	assert_null(row_of(&list, "192.0.2.0/26"));
	assert_null(row_of(&list, "::/1"));
	/* Off it again, and one that never was on it. */
	cidrs[0] = cidr_of("203.0.113.0/24");
	trusted_disallow(&list, cidrs, 6);
	assert_int_equal(list.count, 1);
	assert_non_null(row_of(&list, "::/0"));
	trusted_free(&list);
}

static void indices_stay(void **state)
{
	struct trusted_node next[] = {
		node_of("2001:db8::/32", "renamed"), node_of("192.0.2.1", "new"),
		node_of("203.0.113.0/24", ""),
	};
	struct trusted_list list = {};

	(void)state;
	add_node(&list, "203.0.113.0/24", "a", 1);
	add_node(&list, "198.51.100.0/24", "b", 2);
	add_node(&list, "2001:db8::/32", "c", 3);
	allow(&list, "198.51.100.0/24", 4);
	allow(&list, "10.0.0.0/8", 5);
	assert_int_equal(index_of(&list, "203.0.113.0/24"), 1);
	assert_int_equal(index_of(&list, "198.51.100.0/24"), 2);
	assert_int_equal(index_of(&list, "2001:db8::/32"), 3);

	assert_int_equal(trusted_set_nodes(&list, next, 3, 6), 0);
	assert_int_equal(list.count, 5);
	assert_int_equal(index_of(&list, "203.0.113.0/24"), 1);
	assert_int_equal(index_of(&list, "198.51.100.0/24"), 0);
	assert_int_equal(index_of(&list, "2001:db8::/32"), 3);
	assert_int_equal(index_of(&list, "192.0.2.1"), 2);
	assert_string_equal(row_of(&list, "2001:db8::/32")->name, "renamed");
	assert_string_equal(row_of(&list, "203.0.113.0/24")->name, "");
	assert_int_equal(row_of(&list, "203.0.113.0/24")->added_at, 1);
	assert_int_equal(row_of(&list, "192.0.2.1")->added_at, 6);
	assert_int_equal(row_of(&list, "198.51.100.0/24")->allowed, 1);

	assert_int_equal(trusted_set_nodes(&list, NULL, 0, 7), 0);
	assert_int_equal(list.count, 2);
	trusted_free(&list);
}

static void no_index_left(void **state)
{
	struct trusted_node *nodes = calloc(ECDN_XDP_TRUSTED_NODES_MAX, sizeof(*nodes));
	struct trusted_list list = {};

	(void)state;
	for (uint32_t i = 0; i < ECDN_XDP_TRUSTED_NODES_MAX; i++)
		nodes[i].cidr = (struct cidr){ { (addr_bits)i << 96, AF_INET }, 32 };
	allow(&list, "192.0.2.0/24", 1);
	assert_int_equal(trusted_add_nodes(&list, nodes, ECDN_XDP_TRUSTED_NODES_MAX, 1), -ENOSPC);
	assert_int_equal(trusted_set_nodes(&list, nodes, ECDN_XDP_TRUSTED_NODES_MAX, 1), -ENOSPC);
	assert_int_equal(list.count, 1);
	assert_int_equal(trusted_add_nodes(&list, nodes, ECDN_XDP_TRUSTED_NODES_MAX - 1, 1), 0);
	assert_int_equal(list.count, ECDN_XDP_TRUSTED_NODES_MAX);
	free(nodes);
	trusted_free(&list);
}

static void names(void **state)
{
	(void)state;
	assert_true(trusted_name_valid("ams-1.example", 13));
	assert_true(trusted_name_valid("0123456789012345678901234567890", 31));
	assert_false(trusted_name_valid("01234567890123456789012345678901", 32));
	assert_false(trusted_name_valid("", 0));
	assert_false(trusted_name_valid("a b", 3));
	assert_false(trusted_name_valid("a\"b", 3));
	assert_false(trusted_name_valid("a\0b", 3));
}

static void everything(void **state)
{
	struct trusted_list list = {};

	(void)state;
	allow(&list, "0.0.0.0/0", 1);
	compile(&list);
	assert_int_equal(trusted_header(lines)->lines, ECDN_XDP_TABLE_FIRST_FREE);
	assert_int_equal(lookup(AF_INET, 0), ECDN_XDP_ENTRY_ALLOWED);
	assert_int_equal(lookup(AF_INET, LAST), ECDN_XDP_ENTRY_ALLOWED);
	assert_int_equal(lookup(AF_INET6, 0), 0);
	assert_int_equal(lookup(AF_INET6, LAST), 0);
	add_node(&list, "::/0", "all", 1);
	compile(&list);
	assert_int_equal(lookup(AF_INET6, 0), 1);
	assert_int_equal(lookup(AF_INET6, LAST), 1);
	trusted_free(&list);
}

static void single_addresses(void **state)
{
	static const char *const v4[] = { "0.0.0.0", "10.0.0.1", "255.255.255.255" };
	static const char *const v6[] = {
		"::", "2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	struct trusted_list list = {};

	(void)state;
	for (int i = 0; i < 3; i++) {
		allow(&list, v4[i], 1);
		add_node(&list, v6[i], "", 1);
	}
	compile(&list);
	/* A tail is all that one address takes. */
	assert_in_range(trusted_header(lines)->lines, ECDN_XDP_TABLE_FIRST_FREE + 3,
			ECDN_XDP_TABLE_FIRST_FREE + 6);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(lookup_text(v4[i]), ECDN_XDP_ENTRY_ALLOWED);
		assert_int_equal(lookup_text(v6[i]), i + 1);
	}
	assert_int_equal(lookup_text("0.0.0.1"), 0);
	assert_int_equal(lookup_text("10.0.0.0"), 0);
	assert_int_equal(lookup_text("10.0.0.2"), 0);
	assert_int_equal(lookup_text("255.255.255.254"), 0);
	assert_int_equal(lookup_text("::1"), 0);
	assert_int_equal(lookup_text("2001:db8::"), 0);
	assert_int_equal(lookup_text("2001:db8:0:0:1::1"), 0);
	assert_int_equal(lookup(AF_INET6, LAST - 1), 0);
	trusted_free(&list);
}

/* The longest node counts, whatever is allowed around or inside it. */
static void nested(void **state)
{
	struct trusted_list list = {};

	(void)state;
	add_node(&list, "2001:db8::/32", "", 1);
	allow(&list, "2001:db8:1::/48", 1);
	add_node(&list, "2001:db8:1:2::/64", "", 1);
	allow(&list, "2001:db8:1:2::3", 1);
	compile(&list);
	assert_int_equal(lookup_text("2001:db8::1"), 1);
	assert_int_equal(lookup_text("2001:db8:1::1"), ECDN_XDP_ENTRY_ALLOWED | 1);
	assert_int_equal(lookup_text("2001:db8:1:2::1"), ECDN_XDP_ENTRY_ALLOWED | 2);
	assert_int_equal(lookup_text("2001:db8:1:2::3"), ECDN_XDP_ENTRY_ALLOWED | 2);
	assert_int_equal(lookup_text("2001:db9::"), 0);
	trusted_free(&list);
}

static addr_bits mask_of(int length)
{
	return length == 128 ? LAST : ~(LAST >> length);
}

static addr_bits random_bits(void)
{
	addr_bits bits = 0;

	for (int i = 0; i < 16; i++)
		bits = bits << 8 | (uint8_t)(rand() >> 8);
	return bits;
}

static void check_around(const struct trusted_list *list, const struct ecdn_xdp_trusted_row *row)
{
	addr_bits step = row->family == 4 ? (addr_bits)1 << 96 : 1, at[4];
	int family = row->family == 4 ? AF_INET : AF_INET6;
	struct cidr cidr;

	trusted_cidr(row, &cidr);
	at[0] = cidr.addr.bits;
	at[1] = cidr_last(&cidr);
	at[2] = at[0] - step;
	at[3] = at[1] + 1;
	for (int i = 0; i < 4; i++)
		assert_int_equal(lookup(family, at[i]), reference(list, family, at[i]));
}

/* Every length around one address, of either family. */
static void chains(void **state)
{
	(void)state;
	srand(3);
	for (int round = 0; round < 20; round++) {
		addr_bits around = round ? random_bits() : LAST;
		struct trusted_node nodes[129 + 33] = {};
		struct trusted_list list = {};

		for (int i = 0; i < 129 + 33; i++) {
			int length = i < 129 ? i : i - 129;

			nodes[i].cidr.addr.bits = around & mask_of(length);
			nodes[i].cidr.addr.family = i < 129 ? AF_INET6 : AF_INET;
			nodes[i].cidr.length = length;
		}
		assert_int_equal(trusted_add_nodes(&list, nodes, 129 + 33, 1), 0);
		compile(&list);
		for (size_t i = 0; i < list.count; i++)
			check_around(&list, &list.row[i]);
		trusted_free(&list);
	}
}

/* Prefixes that often share their first bits with the one before. */
static void random_cidr(struct cidr *cidr)
{
	static addr_bits near;
	int keep = rand() % 129;
	bool v4 = rand() % 2;
	addr_bits bits = random_bits();

	if (rand() % 4)
		bits = (near & mask_of(keep)) | (bits & ~mask_of(keep));
	near = bits;
	cidr->addr.family = v4 ? AF_INET : AF_INET6;
	cidr->length = rand() % 8 ? rand() % (v4 ? 33 : 129) : v4 ? 32 : 128;
	cidr->addr.bits = bits & mask_of(cidr->length);
}

#define RANDOM_ROWS 120

static void random_rows(struct trusted_list *list)
{
	int rows = 1 + rand() % RANDOM_ROWS;

	for (int i = 0; i < rows; i++) {
		struct trusted_node node = {};

		random_cidr(&node.cidr);
		if (rand() % 3)
			assert_int_equal(trusted_add_nodes(list, &node, 1, 1), 0);
		if (!list->count || rand() % 3 == 0)
			assert_int_equal(trusted_allow(list, &node.cidr, 1, 1), 0);
	}
}

static void random_lists(void **state)
{
	(void)state;
	srand(4);
	for (int round = 0; round < 300; round++) {
		struct trusted_list list = {};

		random_rows(&list);
		compile(&list);
		for (size_t i = 0; i < list.count; i++)
			check_around(&list, &list.row[i]);
		for (int i = 0; i < 200; i++) {
			struct cidr cidr;

			random_cidr(&cidr);
			assert_int_equal(lookup(cidr.addr.family, cidr.addr.bits),
					 reference(&list, cidr.addr.family, cidr.addr.bits));
		}
		trusted_free(&list);
	}
}

/* The i-th of a set of prefixes. */
typedef void make_cidr(uint32_t i, struct cidr *cidr);

/* 105,000 nodes, each with a leaf of its own, so that no two blocks are equal. */
static uint32_t compile_many(make_cidr *make)
{
	struct trusted_node *nodes = calloc(TRUSTED_ALWAYS, sizeof(*nodes));
	struct trusted_list list = {};

	srand(5);
	for (uint32_t i = 0; i < TRUSTED_ALWAYS; i++)
		make(i, &nodes[i].cidr);
	assert_int_equal(trusted_add_nodes(&list, nodes, TRUSTED_ALWAYS, 1), 0);
	assert_in_range(list.count, TRUSTED_ALWAYS - 100, TRUSTED_ALWAYS);
	compile(&list);
	for (size_t i = 0; i < list.count; i += list.count / 50)
		check_around(&list, &list.row[i]);
	free(nodes);
	trusted_free(&list);
	return trusted_header(lines)->lines - ECDN_XDP_TABLE_FIRST_FREE;
}

static void host(struct cidr *cidr, addr_bits bits)
{
	*cidr = (struct cidr){ { bits, AF_INET6 }, 128 };
}

static void hosts_anywhere(uint32_t i, struct cidr *cidr)
{
	(void)i;
	host(cidr, random_bits());
}

static void hosts_in_pairs(uint32_t i, struct cidr *cidr)
{
	static addr_bits pair;

	if (i % 2 == 0)
		pair = random_bits();
	host(cidr, (pair & ~(addr_bits)1) | i % 2);
}

static uint8_t scatter(uint32_t value)
{
	value *= 0x9e3779b1;
	return (value ^ value >> 15) >> 8;
}

/*
 * A tree that branches in each second byte, 7 ways that are no neighbours: 15 runs,
 * for which a block takes 16 lines, below a tail for the bytes between.
 */
static void worst_tree(uint32_t i, struct cidr *cidr)
{
	static const uint32_t ways = 7, depth = 6;
	addr_bits bits = 0;
	uint32_t path = 0, part = 7 * 7 * 7 * 7 * 7;

	for (uint32_t level = 0; level < depth; level++) {
		uint32_t way = i / part % ways;

		path = path * 8 + way + 1;
		bits |= (addr_bits)(way * 30 + 10) << (120 - 8 * (2 + 2 * level));
		bits |= (addr_bits)scatter(path) << (120 - 8 * (3 + 2 * level));
		part = part > 1 ? part / ways : 1;
	}
	host(cidr, bits | scatter(i) << 8 | 5);
}

static void nests(uint32_t i, struct cidr *cidr)
{
	static addr_bits around;

	if (i % 100 == 0)
		around = random_bits();
	cidr->addr.family = AF_INET6;
	cidr->length = 28 + i % 101;
	cidr->addr.bits = around & mask_of(cidr->length);
}

static void ipv4_hosts(uint32_t i, struct cidr *cidr)
{
	cidr->addr.family = AF_INET;
	cidr->length = 32;
	cidr->addr.bits = (addr_bits)(i * 2654435761u) << 96;
}

static void both_families(uint32_t i, struct cidr *cidr)
{
	if (i % 2)
		ipv4_hosts(i, cidr);
	else
		hosts_in_pairs(i / 2, cidr);
}

static void many_always_fit(void **state)
{
	static make_cidr *const sets[] = {
		hosts_anywhere, hosts_in_pairs, nests, ipv4_hosts, both_families,
	};
	uint32_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		assert_in_range(compile_many(sets[i]), 1, TRUSTED_ALWAYS / 6 * 23);
	/* As bad as it can be, or the bound is not what the comment says. */
	used = compile_many(worst_tree);
	assert_in_range(used, TRUSTED_ALWAYS / 100 * 380, TRUSTED_ALWAYS / 6 * 23);
}

static void full_table(void **state)
{
	enum { COUNT = 250000 };
	struct cidr *cidrs = calloc(COUNT, sizeof(*cidrs));
	struct trusted_list list = {};

	(void)state;
	srand(6);
	for (int i = 0; i < COUNT; i++)
		host(&cidrs[i], random_bits());
	assert_int_equal(trusted_allow(&list, cidrs, COUNT, 1), 0);
	memset(lines, 0, ECDN_XDP_TABLE_LINES * sizeof(*lines));
	assert_int_equal(trusted_compile(&list, lines), -ENOSPC);
	list.count = ECDN_XDP_TABLE_LINES;
	assert_int_equal(trusted_compile(&list, lines), -ENOSPC);
	free(cidrs);
	trusted_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_list),
		cmocka_unit_test(one_row_of_both),
		cmocka_unit_test(order_and_duplicates),
		cmocka_unit_test(indices_stay),
		cmocka_unit_test(no_index_left),
		cmocka_unit_test(names),
		cmocka_unit_test(everything),
		cmocka_unit_test(single_addresses),
		cmocka_unit_test(nested),
		cmocka_unit_test(chains),
		cmocka_unit_test(random_lists),
		cmocka_unit_test(many_always_fit),
		cmocka_unit_test(full_table),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
