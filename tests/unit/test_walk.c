// SPDX-License-Identifier: BSD-2-Clause
/* The walk through tables that nobody compiled: it ends, and stays inside them. */
#include "lines.h"

#include <string.h>
#include <sys/socket.h>

#include "regions/table.h"
#include "trust/trust_table.h"

#define BLOCK ECDN_XDP_TABLE_FIRST_FREE
#define LEAF 7

static const struct address v4 = { (addr_bits)0xc0000201 << 96, AF_INET };
static const struct address v6 = { (addr_bits)0x20010db8 << 96, AF_INET6 };

/* Makes every entry of all root blocks this one. */
static void set_roots(uint32_t entry)
{
	for (uint32_t line = 0; line < ECDN_XDP_TABLE_HEADER; line++)
		for (int i = 0; i < 16; i++)
			lines[line].word[i] = entry;
}

static void set_tail(uint32_t inside, uint32_t outside, uint32_t next_byte)
{
	struct ecdn_xdp_table_tail *tail = (struct ecdn_xdp_table_tail *)&lines[BLOCK];

	memset(tail, 0, sizeof(*tail));
	tail->inside = inside;
	tail->outside = outside;
	tail->next_byte = next_byte;
}

static void check_both(uint32_t region, uint32_t trusted)
{
	assert_int_equal(table_lookup(lines, &v4), region);
	assert_int_equal(table_lookup(lines, &v6), region);
	assert_int_equal(trust_table_lookup(lines, &v4), trusted);
	assert_int_equal(trust_table_lookup(lines, &v6), trusted);
}

static void test_leaf(void **state)
{
	(void)state;
	set_roots(LEAF);
	check_both(LEAF, LEAF);
}

static void test_block_in_itself(void **state)
{
	uint32_t child = ECDN_XDP_ENTRY_CHILD | BLOCK;

	(void)state;
	set_roots(child);
	for (int i = 0; i < 16 * 16; i++)
		lines[BLOCK + i / 16].word[i % 16] = child;
	check_both(0, 0);
}

static void test_tail_in_itself(void **state)
{
	uint32_t child = ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_TAIL | BLOCK;

	(void)state;
	set_roots(child);
	set_tail(child, 0, 2);
	assert_int_equal(trust_table_lookup(lines, &v4), 0);
	assert_int_equal(trust_table_lookup(lines, &v6), 0);
}

/* A tail that matches every address and leads to a byte that none has. */
static void test_tail_to_no_byte(void **state)
{
	(void)state;
	set_roots(ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_TAIL | BLOCK);
	for (int i = 0; i < 16 * 16; i++)
		lines[BLOCK + 1 + i / 16].word[i % 16] = LEAF;
	for (uint32_t byte = 0; byte < 64; byte++) {
		set_tail(ECDN_XDP_ENTRY_CHILD | (BLOCK + 1), 0, byte << 26 | byte);
		assert_int_equal(trust_table_lookup(lines, &v4), LEAF);
		assert_int_equal(trust_table_lookup(lines, &v6), LEAF);
	}
}

static void test_line_that_is_not_there(void **state)
{
	(void)state;
	set_roots(ECDN_XDP_ENTRY_CHILD | ECDN_XDP_TABLE_LINES);
	check_both(0, 0);
	set_roots(ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_RUNS | ECDN_XDP_ENTRY_LINE);
	check_both(0, 0);
	set_roots(ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_TAIL | ECDN_XDP_ENTRY_LINE);
	assert_int_equal(trust_table_lookup(lines, &v4), 0);
	assert_int_equal(trust_table_lookup(lines, &v6), 0);
}

/* All runs of a line begin before the byte: the entry is still in the line. */
static void test_all_runs(void **state)
{
	(void)state;
	set_roots(ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_RUNS | BLOCK);
	memset(&lines[BLOCK], 0xff, sizeof(lines[BLOCK]));
	lines[BLOCK].word[15] = LEAF;
	check_both(LEAF, LEAF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_leaf, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_block_in_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_tail_in_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_tail_to_no_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_line_that_is_not_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_all_runs, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
