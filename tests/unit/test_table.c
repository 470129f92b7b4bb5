// SPDX-License-Identifier: BSD-2-Clause
#include "lines.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "regions/source.h"
#include "regions/table.h"

#define V4(address) ((addr_bits)(uint32_t)(address) << 96)
#define V4_LAST(address) (V4(address) | (((addr_bits)1 << 96) - 1))
#define GEOIP "/usr/share/tor/geoip"
#define GEOIP6 "/usr/share/tor/geoip6"

static void add(struct range_list *list, addr_bits first, addr_bits last, uint32_t entry)
{
	assert_int_equal(range_list_add(list, first, last, entry), 0);
}

static uint32_t lookup(int family, addr_bits bits)
{
	struct address address = { bits, family };

	return table_lookup(lines, &address);
}

static void check_lists_equal(const struct range_list *a, const struct range_list *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_true(a->range[i].first == b->range[i].first);
		assert_true(a->range[i].last == b->range[i].last);
		assert_int_equal(a->range[i].entry, b->range[i].entry);
	}
}

/* What was compiled is what is listed. */
static void check_round_trip(const struct range_set *set)
{
	struct range_set back = { 0 };

	assert_int_equal(table_ranges(lines, &back), 0);
	check_lists_equal(&back.v4, &set->v4);
	check_lists_equal(&back.v6, &set->v6);
	range_set_free(&back);
}

/* The entry, found the plain way: the last run that begins at or before byte. */
static uint32_t plain_entry(uint32_t child, unsigned int byte)
{
	const struct ecdn_xdp_table_line *line = &lines[child & ECDN_XDP_ENTRY_LINE];
	const uint8_t *begins = (const uint8_t *)line;
	unsigned int run = 0;

	if (!(child & ECDN_XDP_ENTRY_RUNS))
		return line[byte / 16].word[byte % 16];
	for (unsigned int i = 1; i < ECDN_XDP_LINE_RUNS; i++)
		if (256u - begins[i - 1] <= byte)
			run = i;
	return line->run[run];
}

/* Marks the lines of a block and of all below it; each must be in use and no root. */
static void mark_block(uint32_t child, uint8_t *marks, uint32_t used)
{
	uint32_t first = child & ECDN_XDP_ENTRY_LINE;
	uint32_t count = child & ECDN_XDP_ENTRY_RUNS ? 1 : 16;

	assert_true(first >= ECDN_XDP_TABLE_FIRST_FREE && first + count <= used);
	if (marks[first])
		return;
	memset(marks + first, 1, count);
	for (unsigned int byte = 0; byte < 256; byte++) {
		uint32_t entry = plain_entry(child, byte);
		const struct ecdn_xdp_table_line *line = &lines[ecdn_xdp_line(child, byte)];

		assert_int_equal(entry, line->word[ecdn_xdp_word(child, line, byte)]);
		if (entry & ECDN_XDP_ENTRY_CHILD)
			mark_block(entry, marks, used);
	}
}

/* All children are in use, all that is in use is a child, and runs are read right. */
static void check_children(void)
{
	uint32_t used = table_header(lines)->lines;
	uint8_t *marks = calloc(ECDN_XDP_TABLE_LINES, 1);

	assert_in_range(used, ECDN_XDP_TABLE_FIRST_FREE, ECDN_XDP_TABLE_LINES);
	for (uint32_t root = 0; root < ECDN_XDP_TABLE_HEADER; root++)
		for (int i = 0; i < 16; i++)
			if (lines[root].word[i] & ECDN_XDP_ENTRY_CHILD)
				mark_block(lines[root].word[i], marks, used);
	for (uint32_t line = ECDN_XDP_TABLE_FIRST_FREE; line < used; line++)
		assert_true(marks[line]);
	free(marks);
}

static void compile(const struct range_set *set)
{
	memset(lines, 0, ECDN_XDP_TABLE_LINES * sizeof(*lines));
	assert_int_equal(table_compile(set, lines), 0);
	assert_int_equal(table_header(lines)->magic, ECDN_XDP_TABLE_MAGIC);
	assert_int_equal(table_header(lines)->ranges_v4, set->v4.count);
	assert_int_equal(table_header(lines)->ranges_v6, set->v6.count);
	check_children();
	check_round_trip(set);
}

static void empty_set(void **state)
{
	struct range_set set = { 0 };

	(void)state;
	compile(&set);
	assert_int_equal(table_header(lines)->lines, ECDN_XDP_TABLE_FIRST_FREE);
	assert_int_equal(lookup(AF_INET, 0), 0);
	assert_int_equal(lookup(AF_INET6, LAST), 0);
}

static void whole_space(void **state)
{
	struct range_set set = { 0 };

	(void)state;
	add(&set.v4, 0, LAST, 0x10001);
	add(&set.v6, 0, LAST, 0x20002);
	compile(&set);
	assert_int_equal(table_header(lines)->lines, ECDN_XDP_TABLE_FIRST_FREE);
	assert_int_equal(lookup(AF_INET, 0), 0x10001);
	assert_int_equal(lookup(AF_INET, LAST), 0x10001);
	assert_int_equal(lookup(AF_INET6, 0), 0x20002);
	assert_int_equal(lookup(AF_INET6, LAST), 0x20002);
	for (int i = 0; i < 256; i++)
		assert_int_equal(lines[ECDN_XDP_TABLE_ROOT_V4 + 77 * 16 + i / 16].word[i % 16],
				 0x10001);
	range_set_free(&set);
}

static void single_addresses(void **state)
{
	struct range_set set = { 0 };

	(void)state;
	add(&set.v4, V4(0), V4_LAST(0), 1);
	add(&set.v4, V4(0x0a000001), V4_LAST(0x0a000001), 2);
	add(&set.v4, V4(0xffffffff), V4_LAST(0xffffffff), 3);
	add(&set.v6, 0, 0, 4);
	add(&set.v6, (addr_bits)1 << 120, (addr_bits)1 << 120, 5);
	add(&set.v6, LAST, LAST, 6);
	compile(&set);
	assert_int_equal(lookup(AF_INET, V4(0)), 1);
	assert_int_equal(lookup(AF_INET, V4(1)), 0);
	assert_int_equal(lookup(AF_INET, V4(0x0a000000)), 0);
	assert_int_equal(lookup(AF_INET, V4(0x0a000001)), 2);
	assert_int_equal(lookup(AF_INET, V4(0x0a000002)), 0);
	assert_int_equal(lookup(AF_INET, V4(0xfffffffe)), 0);
	assert_int_equal(lookup(AF_INET, V4(0xffffffff)), 3);
	assert_int_equal(lookup(AF_INET6, 0), 4);
	assert_int_equal(lookup(AF_INET6, 1), 0);
	assert_int_equal(lookup(AF_INET6, (addr_bits)1 << 120), 5);
	assert_int_equal(lookup(AF_INET6, LAST - 1), 0);
	assert_int_equal(lookup(AF_INET6, LAST), 6);
	range_set_free(&set);
}

static void equal_blocks_are_one(void **state)
{
	struct range_set set = { 0 };

	(void)state;
	for (uint32_t net = 0; net < 0x1000; net++)
		add(&set.v4, V4(net << 8 | 10), V4_LAST(net << 8 | 20), 7);
	compile(&set);
	/* One for all last bytes, one for all third bytes. */
	assert_int_equal(table_header(lines)->lines, ECDN_XDP_TABLE_FIRST_FREE + 2);
	range_set_free(&set);
}

static void region_none_of_a_source(void **state)
{
	struct range_set set = { 0 };

	(void)state;
	add(&set.v4, V4(10), V4_LAST(20), 1 << ECDN_XDP_ENTRY_SOURCE_SHIFT);
	compile(&set);
	assert_int_equal(lookup(AF_INET, V4(15)), 1 << ECDN_XDP_ENTRY_SOURCE_SHIFT);
	range_set_free(&set);
}

/* Ends that often share their first bytes, and often are a byte's own end. */
static addr_bits random_end(bool v4)
{
	static addr_bits near;
	int keep = rand() % (v4 ? 33 : 129), zeros = rand() % (v4 ? 33 : 129);
	addr_bits bits = random_bits();

	if (rand() % 4) {
		addr_bits low = keep ? keep == 128 ? 0 : LAST >> keep : LAST;

		bits = (near & ~low) | (bits & low);
	}
	if (rand() % 2)
		bits &= zeros ? ~(LAST >> (zeros - 1) >> 1) : 0;
	near = bits;
	return v4 ? bits & ~(addr_bits)0 << 96 : bits;
}

static int compare_bits(const void *left, const void *right)
{
	addr_bits a = *(const addr_bits *)left, b = *(const addr_bits *)right;

	return a < b ? -1 : a > b;
}

#define CUTS 200

/* Cuts the space at random places, some pieces left out. */
static void random_list(struct range_list *list, bool v4)
{
	int cuts = 1 + rand() % CUTS;
	addr_bits cut[CUTS + 1];

	for (int i = 0; i < cuts; i++)
		cut[i] = random_end(v4);
	cut[0] = 0;
	qsort(cut, cuts, sizeof(*cut), compare_bits);
	for (int i = 0; i < cuts; i++) {
		addr_bits last = i + 1 < cuts ? cut[i + 1] - 1 : LAST;

		if ((i + 1 < cuts && cut[i] == cut[i + 1]) || rand() % 3 == 0)
			continue;
		add(list, cut[i], last, (1 + rand() % 5) | (1 + rand() % 63) << 16);
	}
}

/* By looking at every range. */
static uint32_t reference(const struct range_list *list, addr_bits bits)
{
	for (size_t i = 0; i < list->count; i++)
		if (bits >= list->range[i].first && bits <= list->range[i].last)
			return list->range[i].entry;
	return 0;
}

/* Each range's first and last address, and those beside them. */
static void check_borders(const struct range_list *list, int family,
			  uint32_t (*find)(const struct range_list *list, addr_bits bits))
{
	addr_bits step = family == AF_INET ? (addr_bits)1 << 96 : 1;

	for (size_t i = 0; i < list->count; i++) {
		const struct range *range = &list->range[i];

		assert_int_equal(lookup(family, range->first), range->entry);
		assert_int_equal(lookup(family, range->last), range->entry);
		assert_int_equal(lookup(family, range->first - step),
				 find(list, range->first - step));
		assert_int_equal(lookup(family, range->last + 1), find(list, range->last + 1));
	}
}

static void check_lookups(const struct range_list *list, int family)
{
	check_borders(list, family, reference);
	for (int i = 0; i < 300; i++) {
		addr_bits bits = random_end(family == AF_INET);

		assert_int_equal(lookup(family, bits), reference(list, bits));
	}
}

static void random_sets(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 150; round++) {
		struct range_set set = { 0 };

		random_list(&set.v4, true);
		random_list(&set.v6, false);
		compile(&set);
		check_lookups(&set.v4, AF_INET);
		check_lookups(&set.v6, AF_INET6);
		range_set_free(&set);
	}
}

static void full_table(void **state)
{
	enum { COUNT = 80000 };
	addr_bits *host = calloc(COUNT, sizeof(*host));
	struct range_set set = { 0 };

	(void)state;
	srand(1);
	for (int i = 0; i < COUNT; i++)
		host[i] = random_bits();
	qsort(host, COUNT, sizeof(*host), compare_bits);
	for (int i = 0; i < COUNT; i++)
		add(&set.v6, host[i], host[i], 1);
	assert_int_equal(table_compile(&set, lines), -ENOSPC);
	range_set_free(&set);

	for (int i = 0; i < COUNT; i += 3)
		add(&set.v6, host[i], host[i], 1 + i % 100);
	compile(&set);
	assert_true(table_header(lines)->lines > ECDN_XDP_TABLE_LINES / 2);
	range_set_free(&set);
	free(host);
}

static uint32_t search(const struct range_list *list, addr_bits bits)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (bits > list->range[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == list->count || bits < list->range[low].first)
		return 0;
	return list->range[low].entry;
}

static void check_real(const struct range_list *list, int family)
{
	check_borders(list, family, search);
	for (int i = 0; i < 500000; i++) {
		addr_bits bits = random_bits();

		if (family == AF_INET6)
			bits = bits >> 3 | (addr_bits)1 << 125;
		assert_int_equal(lookup(family, bits), search(list, bits));
	}
}

static void real_data(void **state)
{
	struct names *names = names_new(ECDN_XDP_REGIONS_DEFAULT);
	struct range_set set = { 0 }, more = { 0 };

	(void)state;
	if (access(GEOIP, F_OK)) {
		names_free(names);
		skip();
	}
	assert_int_equal(source_read(GEOIP, "", 1, names, &set), 0);
	assert_int_equal(source_read(GEOIP6, "", 2, names, &more), 0);
	assert_int_equal(range_set_overlay(&set, &more), 0);
	compile(&set);
	check_real(&set.v4, AF_INET);
	check_real(&set.v6, AF_INET6);
	range_set_free(&set);
	range_set_free(&more);
	names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_set),
		cmocka_unit_test(whole_space),
		cmocka_unit_test(single_addresses),
		cmocka_unit_test(equal_blocks_are_one),
		cmocka_unit_test(region_none_of_a_source),
		cmocka_unit_test(random_sets),
		cmocka_unit_test(full_table),
		cmocka_unit_test(real_data),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
