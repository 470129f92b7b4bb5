// SPDX-License-Identifier: BSD-2-Clause
#include "region_lines.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "regions/source.h"

#define GEOIP "/usr/share/tor/geoip"
#define GEOIP6 "/usr/share/tor/geoip6"

static void empty_set(void **state)
{
	struct range_set set = { 0 };

	(void)state;
	compile(&set);
	assert_int_equal(blocks_end(), ECDN_XDP_TABLE_FIRST_FREE);
	assert_int_equal(lookup(AF_INET, 0), 0);
	assert_int_equal(lookup(AF_INET6, LAST), 0);
}

static void whole_space(void **state)
{
	struct range_set set = { 0 };

	(void)state;
	add(&set.v4, 0, LAST, 1 << RANGE_SOURCE_SHIFT | 1);
	add(&set.v6, 0, LAST, 2 << RANGE_SOURCE_SHIFT | 2);
	compile(&set);
	assert_int_equal(blocks_end(), ECDN_XDP_TABLE_FIRST_FREE);
	assert_int_equal(lookup(AF_INET, 0), 1 << RANGE_SOURCE_SHIFT | 1);
	assert_int_equal(lookup(AF_INET, LAST), 1 << RANGE_SOURCE_SHIFT | 1);
	assert_int_equal(lookup(AF_INET6, 0), 2 << RANGE_SOURCE_SHIFT | 2);
	assert_int_equal(lookup(AF_INET6, LAST), 2 << RANGE_SOURCE_SHIFT | 2);
	for (int i = 0; i < 256; i++)
		assert_int_equal(lines[ECDN_XDP_TABLE_ROOT_V4 + 77 * 16 + i / 16].word[i % 16], 1);
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

/* An address of no region has no source either, whichever file says so. */
static void region_none_of_a_source(void **state)
{
	struct range_set set = { 0 };

	(void)state;
	add(&set.v4, V4(10), V4_LAST(20), 1 << RANGE_SOURCE_SHIFT);
	compile(&set);
	assert_int_equal(table_header(lines)->rows_v4, 0);
	assert_int_equal(lookup(AF_INET, V4(15)), 0);
	range_set_free(&set);
}

/* Gaps between the ranges of one file do not count. */
static void one_row_of_one_file(void **state)
{
	struct range_set set = { 0 };

	(void)state;
	for (uint32_t i = 1; i < 100; i++) {
		add(&set.v4, V4(i << 16), V4_LAST((i << 16) + 7), 1 << RANGE_SOURCE_SHIFT | i);
		add(&set.v6, (addr_bits)i << 80, ((addr_bits)i << 80) + 7,
		    (i < 50 ? 2U : 3U) << RANGE_SOURCE_SHIFT | i);
	}
	compile(&set);
	assert_int_equal(table_header(lines)->rows_v4, 1);
	assert_int_equal(table_header(lines)->rows_v6, 2);
	assert_int_equal(lookup(AF_INET, V4(1 << 16)), 1 << RANGE_SOURCE_SHIFT | 1);
	assert_int_equal(lookup(AF_INET, V4((1 << 16) - 1)), 0);
	assert_int_equal(lookup(AF_INET, V4_LAST((99 << 16) + 7)), 1 << RANGE_SOURCE_SHIFT | 99);
	assert_int_equal(lookup(AF_INET6, ((addr_bits)49 << 80) + 7), 2 << RANGE_SOURCE_SHIFT | 49);
	assert_int_equal(lookup(AF_INET6, (addr_bits)50 << 80), 3 << RANGE_SOURCE_SHIFT | 50);
	range_set_free(&set);
}

/* `count` runs of two regions in one IPv4 /16, `step` addresses each. */
static void check_crowd(uint32_t count, uint32_t step)
{
	struct range_set set = { 0 };

	for (uint32_t i = 0; i < count; i++)
		add(&set.v4, V4(0x0a0b0000 + i * step), V4_LAST(0x0a0b0000 + i * step + step - 1),
		    (1 << RANGE_SOURCE_SHIFT | 1) + i % 2);
	compile(&set);
	for (uint32_t i = 0; i < count * step; i++)
		assert_int_equal(lookup(AF_INET, V4(0x0a0b0000 + i)), (1 << RANGE_SOURCE_SHIFT | 1) + i / step % 2);
	assert_int_equal(lookup(AF_INET, V4(0x0a0b0000 + count * step)), 0);
	assert_int_equal(lookup(AF_INET, V4(0x0a0affff)), 0);
	range_set_free(&set);
}

/* Few runs on both sides of the middle of a /16, even and odd ones: only a line of even ones is
 * halved. */
static void runs_across_the_middle(void **state)
{
	(void)state;
	for (int odd = 0; odd < 4; odd++)
		for (uint32_t runs = 2; runs <= 18; runs += 2) {
			struct range_set set = { 0 };
			uint32_t first = 0x0a0b8000 - runs / 2 * 6 + odd;

			for (uint32_t i = 0; i < runs; i++)
				add(&set.v4, V4(first + 6 * i), V4_LAST(first + 6 * i + 3), 5 + i);
			compile(&set);
			for (uint32_t at = 0x0a0b7f80; at < 0x0a0b8080; at++)
				assert_int_equal(lookup(AF_INET, V4(at)),
						 reference(&set.v4, V4(at)));
			assert_int_equal(lookup(AF_INET, V4(0x0a0b0000)), 0);
			assert_int_equal(lookup(AF_INET, V4(0x0a0bffff)), 0);
			range_set_free(&set);
		}
}

static void crowded_roots(void **state)
{
	(void)state;
	for (uint32_t runs = 1; runs <= 40; runs++) {
		check_crowd(runs, 1);
		check_crowd(runs, 3);
		check_crowd(runs, 1024);
		check_crowd(runs, 1638);
	}
	check_crowd(511, 128);
	check_crowd(513, 127);
	check_crowd(16384, 4);
	check_crowd(16401, 3);
	/* An id for each address: 2,048 lines. */
	check_crowd(65536, 1);
	assert_int_equal(table_header(lines)->lines_v4, 2048);
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
		add(list, cut[i], last, (1 + rand() % 5) | (1U + rand() % 63) << RANGE_SOURCE_SHIFT);
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

/* Runs of single addresses around a random one, in each place that an address has. */
static void crowded_ends(void **state)
{
	(void)state;
	srand(2);
	for (int shift = 0; shift <= 112; shift++)
		for (int count = 1; count < 40; count += 1 + count / 8) {
			addr_bits base = random_bits() & ~((addr_bits)63 << shift);
			struct range_set set = { 0 };

			base &= LAST << shift;
			for (int i = 0; i < count; i++) {
				addr_bits first = base | (addr_bits)i << shift;

				add(&set.v6, first, first | ~(LAST << shift),
				    (1 << RANGE_SOURCE_SHIFT | 1) + i % 2);
			}
			compile(&set);
			check_borders(&set.v6, AF_INET6, reference);
			range_set_free(&set);
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
	const struct table_room room = { 0 };
	addr_bits *host = calloc(COUNT, sizeof(*host));
	struct range_set set = { 0 };
	uint32_t used;

	(void)state;
	srand(1);
	for (int i = 0; i < COUNT; i++)
		host[i] = random_bits();
	qsort(host, COUNT, sizeof(*host), compare_bits);
	for (int i = 0; i < COUNT; i++)
		add(&set.v6, host[i], host[i], 1);
	clear_lines();
	assert_int_equal(table_compile(&set, &room, lines, ECDN_XDP_TABLE_FIRST_FREE - 1),
			 -ENOSPC);
	assert_int_equal(table_compile(&set, &room, lines, 30000), -ENOSPC);
	range_set_free(&set);

	for (int i = 0; i < COUNT; i++)
		add(&set.v6, host[i], host[i], 1 + i % 100);
	compile(&set);
	check_borders(&set.v6, AF_INET6, search);
	used = blocks_end();
	clear_lines();
	assert_int_equal(table_compile(&set, &room, lines, used - 1), -ENOSPC);
	clear_lines();
	assert_int_equal(table_compile(&set, &room, lines, used), 0);
	range_set_free(&set);
	free(host);
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
		cmocka_unit_test(region_none_of_a_source),
		cmocka_unit_test(one_row_of_one_file),
		cmocka_unit_test(runs_across_the_middle),
		cmocka_unit_test(crowded_roots),
		cmocka_unit_test(crowded_ends),
		cmocka_unit_test(random_sets),
		cmocka_unit_test(full_table),
		cmocka_unit_test(real_data),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
