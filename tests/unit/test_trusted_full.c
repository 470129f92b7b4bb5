// SPDX-License-Identifier: BSD-2-Clause
#include "trusted_lines.h"

#include <errno.h>

/* The i-th of a set of prefixes. */
typedef void make_cidr(uint32_t i, struct cidr *cidr);

/* 105,000 nodes, each with a leaf of its own, so that no two blocks are equal. */
static uint32_t compile_many(make_cidr *make)
{
	struct trust_node *nodes = calloc(TRUSTED_ALWAYS, sizeof(*nodes));
	struct trust_list list = {};

	srand(5);
	for (uint32_t i = 0; i < TRUSTED_ALWAYS; i++)
		make(i, &nodes[i].cidr);
	assert_int_equal(trust_list_add_nodes(&list, nodes, TRUSTED_ALWAYS, 1), 0);
	assert_in_range(list.count, TRUSTED_ALWAYS - 100, TRUSTED_ALWAYS);
	compile(&list);
	for (size_t i = 0; i < list.count; i += list.count / 50)
		check_around(&list, &list.row[i]);
	free(nodes);
	trust_list_free(&list);
	return trust_table_header(lines)->first_row - ECDN_XDP_TABLE_FIRST_FREE;
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
	struct trust_list list = {};

	(void)state;
	srand(6);
	for (int i = 0; i < COUNT; i++)
		host(&cidrs[i], random_bits());
	assert_int_equal(trust_list_allow(&list, cidrs, COUNT, 1), 0);
	clear_lines();
	assert_int_equal(trust_table_compile(&list, lines, ECDN_XDP_TABLE_LINES_MAX), -ENOSPC);
	list.count = ECDN_XDP_TABLE_LINES_MAX;
	assert_int_equal(trust_table_compile(&list, lines, ECDN_XDP_TABLE_LINES_MAX), -ENOSPC);
	free(cidrs);
	trust_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_always_fit),
		cmocka_unit_test(full_table),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
