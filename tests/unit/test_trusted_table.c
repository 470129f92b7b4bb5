// SPDX-License-Identifier: BSD-2-Clause
#include "trusted_lines.h"

static void empty_list(void **state)
{
	struct trust_list list = {};

	(void)state;
	compile(&list);
	assert_int_equal(trust_table_header(lines)->first_row, ECDN_XDP_TABLE_FIRST_FREE);
	assert_int_equal(lookup(AF_INET, 0), 0);
	assert_int_equal(lookup(AF_INET6, LAST), 0);
}

static void everything(void **state)
{
	struct trust_list list = {};

	(void)state;
	allow(&list, "0.0.0.0/0", 1);
	compile(&list);
	assert_int_equal(trust_table_header(lines)->first_row, ECDN_XDP_TABLE_FIRST_FREE);
	assert_int_equal(lookup(AF_INET, 0), ALLOWED(1));
	assert_int_equal(lookup(AF_INET, LAST), ALLOWED(1));
	assert_int_equal(lookup(AF_INET6, 0), 0);
	assert_int_equal(lookup(AF_INET6, LAST), 0);
	add_node(&list, "::/0", "all", 1);
	compile(&list);
	assert_int_equal(lookup(AF_INET6, 0), 2);
	assert_int_equal(lookup(AF_INET6, LAST), 2);
	trust_list_free(&list);
}

static void single_addresses(void **state)
{
	static const char *const v4[] = { "0.0.0.0", "10.0.0.1", "255.255.255.255" };
	static const char *const v6[] = {
		"::", "2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	struct trust_list list = {};

	(void)state;
	for (int i = 0; i < 3; i++) {
		allow(&list, v4[i], 1);
		add_node(&list, v6[i], "", 1);
	}
	compile(&list);
	/* A tail is all that one address takes. */
	assert_in_range(trust_table_header(lines)->first_row, ECDN_XDP_TABLE_FIRST_FREE + 3,
			ECDN_XDP_TABLE_FIRST_FREE + 6);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(lookup_text(v4[i]), ALLOWED(2 * i + 1));
		assert_int_equal(lookup_text(v6[i]), 2 * i + 2);
	}
	assert_int_equal(lookup_text("0.0.0.1"), 0);
	assert_int_equal(lookup_text("10.0.0.0"), 0);
	assert_int_equal(lookup_text("10.0.0.2"), 0);
	assert_int_equal(lookup_text("255.255.255.254"), 0);
	assert_int_equal(lookup_text("::1"), 0);
	assert_int_equal(lookup_text("2001:db8::"), 0);
	assert_int_equal(lookup_text("2001:db8:0:0:1::1"), 0);
	assert_int_equal(lookup(AF_INET6, LAST - 1), 0);
	trust_list_free(&list);
}

/* The longest node counts, whatever is allowed around or inside it. */
static void nested(void **state)
{
	struct trust_list list = {};

	(void)state;
	add_node(&list, "2001:db8::/32", "", 1);
	allow(&list, "2001:db8:1::/48", 1);
	add_node(&list, "2001:db8:1:2::/64", "", 1);
	allow(&list, "2001:db8:1:2::3", 1);
	compile(&list);
	assert_int_equal(lookup_text("2001:db8::1"), 1);
	assert_int_equal(lookup_text("2001:db8:1::1"), ECDN_XDP_ENTRY_ALLOWED | 1);
	assert_int_equal(lookup_text("2001:db8:1:2::1"), ECDN_XDP_ENTRY_ALLOWED | 3);
	assert_int_equal(lookup_text("2001:db8:1:2::3"), ECDN_XDP_ENTRY_ALLOWED | 3);
	assert_int_equal(lookup_text("2001:db9::"), 0);
	/* Without the nodes, the longest allowed one. */
	assert_int_equal(trust_list_set_nodes(&list, NULL, 0, 2), 0);
	compile(&list);
	assert_int_equal(lookup_text("2001:db8::1"), 0);
	assert_int_equal(lookup_text("2001:db8:1:2::1"), ALLOWED(2));
	assert_int_equal(lookup_text("2001:db8:1:2::3"), ALLOWED(4));
	trust_list_free(&list);
}

/* A list of a version that gave allowed prefixes no index: none has a ceiling, and all others
 * mean what they did; the next change gives them indices. */
static void without_indices(void **state)
{
	struct trust_list list = {};

	(void)state;
	add_node(&list, "192.0.2.7", "", 1);
	allow(&list, "192.0.2.0/24", 1);
	allow(&list, "192.0.2.0/25", 1);
	for (size_t i = 0; i < list.count; i++)
		if (list.row[i].allowed)
			list.row[i].node = 0;
	compile(&list);
	assert_int_equal(lookup_text("192.0.2.1"), ECDN_XDP_ENTRY_ALLOWED);
	assert_int_equal(lookup_text("192.0.2.200"), ECDN_XDP_ENTRY_ALLOWED);
	assert_int_equal(lookup_text("192.0.2.7"), ECDN_XDP_ENTRY_ALLOWED | 1);
	assert_int_equal(trust_list_allow(&list, NULL, 0, 2), 0);
	compile(&list);
	assert_int_equal(lookup_text("192.0.2.200"), ALLOWED(2));
	assert_int_equal(lookup_text("192.0.2.1"), ALLOWED(3));
	assert_int_equal(lookup_text("192.0.2.7"), ECDN_XDP_ENTRY_ALLOWED | 1);
	trust_list_free(&list);
}

/* Every length around one address, of either family. */
static void chains(void **state)
{
	(void)state;
	srand(3);
	for (int round = 0; round < 20; round++) {
		addr_bits around = round ? random_bits() : LAST;
		struct trust_node nodes[129 + 33] = {};
		struct trust_list list = {};

		for (int i = 0; i < 129 + 33; i++) {
			int length = i < 129 ? i : i - 129;

			nodes[i].cidr.addr.bits = around & mask_of(length);
			nodes[i].cidr.addr.family = i < 129 ? AF_INET6 : AF_INET;
			nodes[i].cidr.length = length;
		}
		assert_int_equal(trust_list_add_nodes(&list, nodes, 129 + 33, 1), 0);
		compile(&list);
		for (size_t i = 0; i < list.count; i++)
			check_around(&list, &list.row[i]);
		trust_list_free(&list);
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

static void random_rows(struct trust_list *list)
{
	int rows = 1 + rand() % RANDOM_ROWS;

	for (int i = 0; i < rows; i++) {
		struct trust_node node = {};

		random_cidr(&node.cidr);
		if (rand() % 3)
			assert_int_equal(trust_list_add_nodes(list, &node, 1, 1), 0);
		if (!list->count || rand() % 3 == 0)
			assert_int_equal(trust_list_allow(list, &node.cidr, 1, 1), 0);
	}
}

static void random_lists(void **state)
{
	(void)state;
	srand(4);
	for (int round = 0; round < 300; round++) {
		struct trust_list list = {};

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
		trust_list_free(&list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_list),
		cmocka_unit_test(everything),
		cmocka_unit_test(single_addresses),
		cmocka_unit_test(nested),
		cmocka_unit_test(without_indices),
		cmocka_unit_test(chains),
		cmocka_unit_test(random_lists),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
