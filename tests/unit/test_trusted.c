// SPDX-License-Identifier: BSD-2-Clause
#include "trusted_fixture.h"

#include <errno.h>

static const struct ecdn_xdp_trusted_row *row_of(const struct trust_list *list,
						 const char *text)
{
	struct cidr cidr = cidr_of(text);

	return trust_list_find(list, &cidr);
}

static uint32_t index_of(const struct trust_list *list, const char *text)
{
	const struct ecdn_xdp_trusted_row *row = row_of(list, text);

	return row ? trust_list_index(row) : 0;
}

static void one_row_of_both(void **state)
{
	struct trust_list list = {};

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

	trust_list_disallow(&list, (struct cidr[]){ cidr_of("192.0.2.0/24") }, 1);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.row->allowed, 0);
	assert_int_equal(list.row->node, 1);
	allow(&list, "192.0.2.0/24", 10);
	trust_list_remove_nodes(&list, (struct cidr[]){ cidr_of("192.0.2.0/24") }, 1);
	assert_int_equal(list.row->node, 1 | ECDN_XDP_ENTRY_NO_NODE);
	assert_string_equal(list.row->name, "");
	trust_list_disallow(&list, (struct cidr[]){ cidr_of("192.0.2.0/24") }, 1);
	assert_int_equal(list.count, 0);
	trust_list_free(&list);
}

static void order_and_duplicates(void **state)
{
	struct cidr cidrs[] = {
		cidr_of("::/0"), cidr_of("192.0.2.0/24"), cidr_of("192.0.2.0/25"),
		cidr_of("0.0.0.0/0"), cidr_of("192.0.2.0/24"), cidr_of("2001:db8::1"),
	};
	struct trust_list list = {};

	(void)state;
	assert_int_equal(trust_list_allow(&list, cidrs, 6, 1), 0);
	assert_int_equal(list.count, 5);
	check_sorted(&list);
	assert_non_null(row_of(&list, "192.0.2.0/25"));
	assert_null(row_of(&list, "192.0.2.0/26"));
	assert_null(row_of(&list, "::/1"));
	/* Off it again, and one that never was on it. */
	cidrs[0] = cidr_of("203.0.113.0/24");
	trust_list_disallow(&list, cidrs, 6);
	assert_int_equal(list.count, 1);
	assert_non_null(row_of(&list, "::/0"));
	trust_list_free(&list);
}

static void indices_stay(void **state)
{
	struct trust_node next[] = {
		node_of("2001:db8::/32", "renamed"), node_of("192.0.2.1", "new"),
		node_of("203.0.113.0/24", ""),
	};
	struct trust_list list = {};

	(void)state;
	add_node(&list, "203.0.113.0/24", "a", 1);
	add_node(&list, "198.51.100.0/24", "b", 2);
	add_node(&list, "2001:db8::/32", "c", 3);
	allow(&list, "198.51.100.0/24", 4);
	add_node(&list, "198.51.100.8", "left", 4);
	allow(&list, "10.0.0.0/8", 5);
	assert_int_equal(index_of(&list, "203.0.113.0/24"), 1);
	assert_int_equal(index_of(&list, "198.51.100.0/24"), 2);
	assert_int_equal(index_of(&list, "2001:db8::/32"), 3);

	assert_int_equal(trust_list_set_nodes(&list, next, 3, 6), 0);
	assert_int_equal(list.count, 5);
	assert_int_equal(index_of(&list, "203.0.113.0/24"), 1);
	/* It is no node any more, but allowed. */
	assert_int_equal(index_of(&list, "198.51.100.0/24"), 2);
	assert_false(trust_list_is_node(row_of(&list, "198.51.100.0/24")));
	assert_int_equal(index_of(&list, "2001:db8::/32"), 3);
	assert_int_equal(index_of(&list, "10.0.0.0/8"), 5);
	/* Not what 198.51.100.8 had until now; the next one gets that. */
	assert_int_equal(index_of(&list, "192.0.2.1"), 6);
	assert_string_equal(row_of(&list, "2001:db8::/32")->name, "renamed");
	assert_string_equal(row_of(&list, "203.0.113.0/24")->name, "");
	assert_int_equal(row_of(&list, "203.0.113.0/24")->added_at, 1);
	assert_int_equal(row_of(&list, "192.0.2.1")->added_at, 6);
	assert_int_equal(row_of(&list, "198.51.100.0/24")->allowed, 1);
	add_node(&list, "198.51.100.7/32", "d", 6);
	assert_int_equal(index_of(&list, "198.51.100.7/32"), 4);

	assert_int_equal(trust_list_set_nodes(&list, NULL, 0, 7), 0);
	assert_int_equal(list.count, 2);
	trust_list_free(&list);
}

/* Each node has one, and no two the same. */
static void check_indices(const struct trust_list *list)
{
	bool *taken = calloc(ECDN_XDP_TRUSTED_NODES_MAX, sizeof(*taken));

	for (size_t i = 0; i < list->count; i++) {
		uint32_t index = trust_list_index(&list->row[i]);

		assert_true(index < ECDN_XDP_TRUSTED_NODES_MAX && !taken[index]);
		assert_true(index);
		taken[index] = true;
	}
	free(taken);
}

static void no_index_left(void **state)
{
	struct trust_node *nodes = calloc(ECDN_XDP_TRUSTED_NODES_MAX, sizeof(*nodes));
	struct trust_list list = {};

	(void)state;
	for (uint32_t i = 0; i < ECDN_XDP_TRUSTED_NODES_MAX; i++)
		nodes[i].cidr = (struct cidr){ { (addr_bits)i << 96, AF_INET }, 32 };
	allow(&list, "192.0.2.0/24", 1);
	assert_int_equal(trust_list_add_nodes(&list, nodes, ECDN_XDP_TRUSTED_NODES_MAX, 1), -ENOSPC);
	assert_int_equal(trust_list_set_nodes(&list, nodes, ECDN_XDP_TRUSTED_NODES_MAX, 1), -ENOSPC);
	assert_int_equal(list.count, 1);
	assert_int_equal(trust_list_add_nodes(&list, nodes, ECDN_XDP_TRUSTED_NODES_MAX - 2, 1), 0);
	assert_int_equal(list.count, ECDN_XDP_TRUSTED_NODES_MAX - 1);
	/* A prefix may be allowed all the same, and has no ceiling. */
	allow(&list, "203.0.113.0/24", 1);
	assert_int_equal(index_of(&list, "203.0.113.0/24"), 0);
	assert_int_equal(row_of(&list, "203.0.113.0/24")->node, 0);
	trust_list_disallow(&list, (struct cidr[]){ cidr_of("203.0.113.0/24") }, 1);
	/* Other ones get the indices of these, as there are no others. */
	for (uint32_t i = 0; i < ECDN_XDP_TRUSTED_NODES_MAX; i++)
		nodes[i].cidr.addr.bits |= (addr_bits)1 << 127;
	assert_int_equal(trust_list_set_nodes(&list, nodes, ECDN_XDP_TRUSTED_NODES_MAX - 2, 1), 0);
	assert_int_equal(list.count, ECDN_XDP_TRUSTED_NODES_MAX - 1);
	check_indices(&list);
	free(nodes);
	trust_list_free(&list);
}

static void names(void **state)
{
	(void)state;
	assert_true(trust_list_name_valid("ams-1.example", 13));
	assert_true(trust_list_name_valid("0123456789012345678901234567890", 31));
	assert_false(trust_list_name_valid("01234567890123456789012345678901", 32));
	assert_false(trust_list_name_valid("", 0));
	assert_false(trust_list_name_valid("a b", 3));
	assert_false(trust_list_name_valid("a\"b", 3));
	assert_false(trust_list_name_valid("a\0b", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_row_of_both),
		cmocka_unit_test(order_and_duplicates),
		cmocka_unit_test(indices_stay),
		cmocka_unit_test(no_index_left),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
