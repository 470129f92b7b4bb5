// SPDX-License-Identifier: BSD-2-Clause
#include "trusted_fixture.h"

#include <errno.h>
#include <stdio.h>

#include "cli/node_formats.h"
#include "ping/ping_nodes.h"
#include "view/view_nodes.h"

static struct ecdn_xdp_node_stats stats_of(uint64_t requests, uint64_t first_ns, uint64_t last_ns)
{
	return (struct ecdn_xdp_node_stats){
		.requests = requests, .answered = requests - 1, .over_rate = 1,
		.bytes = requests * 98, .first_seen_ns = first_ns, .last_seen_ns = last_ns,
		.denied = 77,
	};
}

static void sum_over_cpus(void **state)
{
	struct ecdn_xdp_node_stats cpu[] = {
		{}, stats_of(5, 300, 800), stats_of(7, 200, 400), {}, stats_of(1, 500, 900),
	};
	struct view_node node = {};

	(void)state;
	ping_nodes_add(&node.stats, &cpu[0]);
	assert_false(view_nodes_heard(&node));
	for (size_t i = 1; i < sizeof(cpu) / sizeof(*cpu); i++)
		ping_nodes_add(&node.stats, &cpu[i]);
	assert_true(view_nodes_heard(&node));
	assert_int_equal(node.stats.requests, 13);
	assert_int_equal(node.stats.answered, 10);
	assert_int_equal(node.stats.over_rate, 3);
	assert_int_equal(node.stats.bytes, 13 * 98);
	assert_int_equal(node.stats.first_seen_ns, 200);
	assert_int_equal(node.stats.last_seen_ns, 900);
	assert_int_equal(node.stats.denied, 0);
}

static void check_format(const char *format, const struct trust_list *list,
			 const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	assert_true(node_formats_find(format) >= 0);
	node_formats_print(to, node_formats_find(format), list);
	fclose(to);
	assert_string_equal(text, expected);
	free(text);
}

static void make_list(struct trust_list *list)
{
	add_node(list, "192.0.2.0/24", "ams-1", 1);
	add_node(list, "192.0.2.128/25", "ams-2", 1);
	add_node(list, "192.0.3.0/24", "", 1);
	add_node(list, "2001:db8::/32", "six", 1);
	add_node(list, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "", 1);
	/* No nodes: neither printed, nor is a node within one left out. */
	allow(list, "192.0.0.0/16", 1);
	allow(list, "198.51.100.0/24", 1);
	allow(list, "2001:db8::/32", 1);
}

static void formats(void **state)
{
	struct trust_list list = {};

	(void)state;
	make_list(&list);
	check_format("plain", &list,
		     "192.0.2.0/24 ams-1\n192.0.2.128/25 ams-2\n192.0.3.0/24\n"
		     "2001:db8::/32 six\n2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128\n");
	check_format("nginx", &list,
		     "set_real_ip_from 192.0.2.0/24;\nset_real_ip_from 192.0.3.0/24;\n"
		     "set_real_ip_from 2001:db8::/32;\n");
	assert_int_equal(node_formats_find("json"), -EINVAL);
	assert_int_equal(node_formats_find(""), -EINVAL);
	trust_list_free(&list);
}

/* The last IPv4 address is not before the first IPv6 address. */
static void families_apart(void **state)
{
	struct trust_list list = {};

	(void)state;
	add_node(&list, "0.0.0.0/0", "", 1);
	add_node(&list, "::/1", "", 1);
	check_format("nginx", &list, "set_real_ip_from 0.0.0.0/0;\nset_real_ip_from ::/1;\n");
	trust_list_free(&list);
}

static void no_nodes(void **state)
{
	struct trust_list list = {};

	(void)state;
	check_format("plain", &list, "");
	check_format("nginx", &list, "");
	allow(&list, "192.0.2.0/24", 1);
	check_format("plain", &list, "");
	trust_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_over_cpus),
		cmocka_unit_test(formats),
		cmocka_unit_test(families_apart),
		cmocka_unit_test(no_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
