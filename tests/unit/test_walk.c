// SPDX-License-Identifier: BSD-2-Clause
/* The walk through tables that nobody compiled: it ends, and stays inside them. */
#include "lines.h"

#include <string.h>
#include <sys/socket.h>

#include "regions/table.h"
#include "trust/trust_table.h"

#define BLOCK ECDN_XDP_TABLE_FIRST_FREE
#define LINES (BLOCK + 4096)
#define LEAF 7

static const struct address v4 = { (addr_bits)0xc0000201 << 96, AF_INET };
static const struct address v6 = { (addr_bits)0x20010db8 << 96, AF_INET6 };

static int set_up_lines(void **state)
{
	int err = set_up(state);

	if (!err)
		table_header(lines)->lines = LINES;
	return err;
}

/* Makes every entry of all roots this one. */
static void set_roots(uint32_t entry)
{
	for (uint32_t line = ECDN_XDP_TABLE_ROOT_V4; line < ECDN_XDP_TABLE_FIRST_FREE; line++)
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

/* Makes all halves of all lines that roots may lead to this item. */
static void set_items(uint32_t item)
{
	for (uint32_t line = BLOCK; line < LINES; line++)
		for (int i = 0; i < 32; i++)
			lines[line].half[i] = item;
}

static void check_regions(uint32_t region)
{
	assert_int_equal(table_lookup(lines, &v4), region);
	assert_int_equal(table_lookup(lines, &v6), region);
}

static void check_trusted(uint32_t trusted)
{
	assert_int_equal(trust_table_lookup(lines, &v4), trusted);
	assert_int_equal(trust_table_lookup(lines, &v6), trusted);
}

static void test_leaf(void **state)
{
	(void)state;
	set_roots(LEAF);
	check_regions(LEAF);
	check_trusted(LEAF);
}

/* Bits that no entry has. */
static void test_region_beyond_all(void **state)
{
	(void)state;
	set_roots(0x7fffffff);
	check_regions(ECDN_XDP_REGION_ID);
}

static void test_block_in_itself(void **state)
{
	uint32_t child = ECDN_XDP_ENTRY_CHILD | BLOCK;

	(void)state;
	set_roots(child);
	for (int i = 0; i < 16 * 16; i++)
		lines[BLOCK + i / 16].word[i % 16] = child;
	check_trusted(0);
}

/* Lists of any number of bits, of items of any form, which lead anywhere. */
static void test_lists_of_anything(void **state)
{
	(void)state;
	for (uint32_t shift = 0; shift < 64; shift++)
		for (uint32_t item = 0; item < 1 << 16; item += 97) {
			uint32_t entry = ECDN_XDP_REGION_CHILD |
					 shift << ECDN_XDP_REGION_SHIFT | BLOCK;

			set_roots(entry);
			for (int i = 0; i < 32; i++)
				lines[BLOCK].half[i] = item;
			assert_in_range(table_lookup(lines, &v4), 0, ECDN_XDP_REGION_ID);
			assert_in_range(table_lookup(lines, &v6), 0, ECDN_XDP_REGION_ID);
		}
}

/* A fork whose entries lead to the list that leads to the fork. */
static void test_fork_in_itself(void **state)
{
	uint32_t entry = ECDN_XDP_REGION_CHILD | 63 << ECDN_XDP_REGION_SHIFT | BLOCK;

	(void)state;
	set_roots(entry);
	lines[BLOCK].half[0] = ECDN_XDP_ITEM_FORK | 1;
	for (int i = 0; i < 16; i++)
		lines[BLOCK + 1].word[i] = entry;
	assert_int_equal(table_lookup(lines, &v6), 0);
	/* An entry of this fork is a line of runs for IPv4: its own item is its first id. */
	set_roots(ECDN_XDP_REGION_CHILD | 16 << ECDN_XDP_REGION_SHIFT | BLOCK);
	assert_in_range(table_lookup(lines, &v4), 0, ECDN_XDP_REGION_ID);
}

/* All runs of a line begin before the address, or none does. */
static void test_runs_of_anything(void **state)
{
	(void)state;
	set_roots(ECDN_XDP_REGION_CHILD | 63 << ECDN_XDP_REGION_SHIFT | BLOCK);
	for (uint32_t value = 0; value < 0x10000; value += 0xffff) {
		set_items(value);
		lines[BLOCK].half[0] = ECDN_XDP_ITEM_RUNS;
		assert_in_range(table_lookup(lines, &v6), 0, ECDN_XDP_REGION_ID);
		lines[BLOCK].half[0] = ECDN_XDP_ITEM_WIDE;
		assert_in_range(table_lookup(lines, &v6), 0, ECDN_XDP_REGION_ID);
	}
	set_roots(ECDN_XDP_REGION_CHILD | 16 << ECDN_XDP_REGION_SHIFT | BLOCK);
	for (uint32_t value = 0; value < 0x10000; value += 13) {
		set_items(value);
		lines[BLOCK].half[0] = ECDN_XDP_ITEM_RUNS;
		assert_in_range(table_lookup(lines, &v4), 0, ECDN_XDP_REGION_ID);
		lines[BLOCK].half[0] |= ECDN_XDP_ITEM_HALVED;
		assert_in_range(table_lookup(lines, &v4), 0, ECDN_XDP_REGION_ID);
	}
	set_items(0);
	lines[BLOCK].half[0] = ECDN_XDP_ITEM_RUNS;
	lines[BLOCK].half[31] = LEAF;
	assert_int_equal(table_lookup(lines, &v4), LEAF);
	set_items(0x7fff);
	lines[BLOCK].half[0] = ECDN_XDP_ITEM_RUNS;
	lines[BLOCK].half[16] = LEAF + 1;
	assert_int_equal(table_lookup(lines, &v4), LEAF + 1);
}

static void test_tail_in_itself(void **state)
{
	uint32_t child = ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_TAIL | BLOCK;

	(void)state;
	set_roots(child);
	set_tail(child, 0, 2);
	check_trusted(0);
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
		check_trusted(LEAF);
	}
}

static void test_line_that_is_not_there(void **state)
{
	static const uint32_t at[] = { LINES, ECDN_XDP_TABLE_LINES_MAX, ECDN_XDP_REGION_LINE };

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		set_roots(ECDN_XDP_REGION_CHILD | at[i]);
		check_regions(0);
		check_trusted(0);
	}
	set_roots(ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_RUNS | ECDN_XDP_ENTRY_LINE);
	check_trusted(0);
	set_roots(ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_TAIL | ECDN_XDP_ENTRY_LINE);
	check_trusted(0);
	/* The last line leads behind itself. */
	set_roots(ECDN_XDP_REGION_CHILD | (LINES - 1));
	set_items(ECDN_XDP_ITEM_RUNS | 1);
	assert_int_equal(table_lookup(lines, &v4), 0);
	set_items(ECDN_XDP_ITEM_FORK | ECDN_XDP_ITEM_LINES);
	assert_int_equal(table_lookup(lines, &v4), 0);
}

/* All runs of a line begin before the byte: the entry is still in the line. */
static void test_all_runs(void **state)
{
	(void)state;
	set_roots(ECDN_XDP_ENTRY_CHILD | ECDN_XDP_ENTRY_RUNS | BLOCK);
	memset(&lines[BLOCK], 0xff, sizeof(lines[BLOCK]));
	lines[BLOCK].word[15] = LEAF;
	check_trusted(LEAF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_leaf, set_up_lines, tear_down),
		cmocka_unit_test_setup_teardown(test_region_beyond_all, set_up_lines, tear_down),
		cmocka_unit_test_setup_teardown(test_block_in_itself, set_up_lines, tear_down),
		cmocka_unit_test_setup_teardown(test_lists_of_anything, set_up_lines, tear_down),
		cmocka_unit_test_setup_teardown(test_fork_in_itself, set_up_lines, tear_down),
		cmocka_unit_test_setup_teardown(test_runs_of_anything, set_up_lines, tear_down),
		cmocka_unit_test_setup_teardown(test_tail_in_itself, set_up_lines, tear_down),
		cmocka_unit_test_setup_teardown(test_tail_to_no_byte, set_up_lines, tear_down),
		cmocka_unit_test_setup_teardown(test_line_that_is_not_there, set_up_lines,
						tear_down),
		cmocka_unit_test_setup_teardown(test_all_runs, set_up_lines, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
