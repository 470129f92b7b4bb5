// SPDX-License-Identifier: BSD-2-Clause
/* Regions of files before they have ids, how much they cover, and which of too many stay. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "regions/coverage.h"
#include "regions/largest.h"
#include "regions/reading.h"
#include "source_fixture.h"

/* 200,000 regions of one address each, more than there are ids. */
static void more_names_than_ids(void **state)
{
	struct region_sources sources = { .file = { file }, .count = 1 };
	struct reading reading = {};
	struct range_set to = {};
	FILE *out = fopen(file, "w");

	(void)state;
	for (int i = 0; i < 200000; i++)
		fprintf(out, "10.%d.%d.%d AS%d\n", i >> 16, i >> 8 & 255, i & 255, i);
	fclose(out);
	assert_int_equal(reading_files(&reading, &sources), 0);
	assert_int_equal(reading_count_new(&reading, names), 200000);
	assert_int_equal(reading_number(&reading, names, &to), -ENOSPC);
	range_set_free(&to);
	reading_free(&reading);
}

static void numbers(void **state)
{
	struct region_sources sources = { .file = { file }, .count = 1 };
	struct reading reading = {};

	(void)state;
	write_file("10.0.0.0/8 A\n11.0.0.0/8 B\n12.0.0.0/8 --\n::/0 A\n", 47);
	assert_int_equal(names_set(names, 7, "B"), 0);
	assert_int_equal(reading_files(&reading, &sources), 0);
	assert_int_equal(reading_count_new(&reading, names), 1);
	assert_int_equal(reading_number(&reading, names, &set), 0);
	check_region("10.1.1.1", "A");
	check_region("11.1.1.1", "B");
	check_region("12.1.1.1", "--");
	check_region("2001:db8::", "A");
	assert_int_equal(find_range("11.1.1.1")->entry, 7 | 1 << RANGE_SOURCE_SHIFT);
	assert_int_equal(find_range("10.1.1.1")->entry, 1 | 1 << RANGE_SOURCE_SHIFT);
	reading_free(&reading);
}

static const char many[] =
	"10.0.0.0/8 BIG\n11.0.0.0/9 MIDDLE\n12.0.0.0/16 SMALL\n12.1.0.0/16 TINY\n"
	"12.2.0.0/24 LAST\n13.0.0.0/8 --\n2001:d00::/24 SIX\n";

static void choose(const struct region_sources *wanted)
{
	struct region_sources sources = *wanted;
	struct reading reading = {};

	write_file(many, sizeof(many) - 1);
	sources.file[0] = file;
	sources.count = 1;
	range_set_free(&set);
	assert_int_equal(reading_files(&reading, &sources), 0);
	assert_int_equal(reading_number(&reading, names, &set), 0);
	reading_free(&reading);
}

static void largest(void **state)
{
	const struct region_sources all = {}, three = { .keep_largest = 3 };
	const struct region_sources one = { .keep_largest = 1, .keep = "LAST,TINY", .rest = "REST" };
	const struct region_sources named = { .keep = "LAST" };

	(void)state;
	choose(&all);
	check_region("12.0.0.1", "SMALL");
	check_region("12.1.0.1", "TINY");
	choose(&three);
	check_region("10.0.0.1", "BIG");
	check_region("11.0.0.1", "MIDDLE");
	/* A /24 of IPv6 has as many /48 as a /8 of IPv4 has addresses. */
	check_region("2001:d00::1", "SIX");
	check_region("12.0.0.1", "other");
	check_region("12.1.0.1", "other");
	check_region("13.0.0.1", "--");
	assert_int_equal(find_range("12.0.0.1")->last >> 96, 0x0c0200ff);
	choose(&one);
	check_region("10.0.0.1", "BIG");
	check_region("11.0.0.1", "REST");
	check_region("12.1.0.1", "TINY");
	check_region("12.2.0.1", "LAST");
	check_region("2001:d00::1", "REST");
	choose(&named);
	check_region("10.0.0.1", "other");
	check_region("12.2.0.1", "LAST");
}

static void wrong_choices(void **state)
{
	const struct region_sources rest = { .rest = "REST" };
	const struct region_sources bad_rest = { .keep_largest = 1, .rest = "a b" };
	const struct region_sources bad_keep = { .keep = "A,$(id)" };
	const struct region_sources empty_keep = { .keep = "A," };

	(void)state;
	assert_int_equal(largest_check(&rest), -EINVAL);
	assert_int_equal(largest_check(&bad_rest), -EINVAL);
	assert_int_equal(largest_check(&bad_keep), -EINVAL);
	assert_int_equal(largest_check(&empty_keep), -EINVAL);
}

static void covers(void **state)
{
	const struct range all = { 0, ~(addr_bits)0, 1 }, half = { 0, ~(addr_bits)0 >> 1, 1 };
	struct coverage before = {}, after = {};
	char text[COVERAGE_TEXT_SIZE];

	(void)state;
	coverage_add(&before, COVERAGE_V4, &all);
	assert_true(before.addresses[COVERAGE_V4] == (addr_bits)1 << 32);
	coverage_add(&before, COVERAGE_V6, &all);
	assert_true(before.addresses[COVERAGE_V6] == ~(addr_bits)0);
	coverage_add(&after, COVERAGE_V4, &half);
	assert_string_equal(coverage_text(&after, COVERAGE_V4, text), "2147483648 IPv4 addresses");
	assert_true(coverage_shrinks(&before, &after, COVERAGE_V4));
	assert_true(coverage_shrinks(&before, &after, COVERAGE_V6));
	assert_false(coverage_shrinks(&after, &before, COVERAGE_V4));
	coverage_add(&after, COVERAGE_V6, &half);
	assert_true(coverage_shrinks(&before, &after, COVERAGE_V6));
	after = before;
	assert_false(coverage_shrinks(&before, &after, COVERAGE_V4));
	assert_false(coverage_shrinks(&before, &after, COVERAGE_V6));
}

static bool shrinks(addr_bits before, addr_bits after, enum coverage_family family)
{
	const struct coverage had = { .addresses = { before, before } };
	const struct coverage has = { .addresses = { after, after } };

	return coverage_shrinks(&had, &has, family);
}

/* At the edge, one address more or less, in all sizes. */
static void a_fifth(void **state)
{
	(void)state;
	assert_false(shrinks(0, 0, COVERAGE_V4));
	assert_false(shrinks(0, 5, COVERAGE_V4));
	assert_true(shrinks(1, 0, COVERAGE_V4));
	assert_true(shrinks(4, 3, COVERAGE_V4));
	assert_false(shrinks(5, 4, COVERAGE_V4));
	assert_true(shrinks(9, 7, COVERAGE_V4));
	assert_false(shrinks(10, 8, COVERAGE_V4));
	for (int shift = 0; shift < 125; shift++) {
		addr_bits five = (addr_bits)5 << shift, four = (addr_bits)4 << shift;

		assert_false(shrinks(five, four, COVERAGE_V6));
		assert_true(shrinks(five, four - 1, COVERAGE_V6));
		assert_true(shrinks(five, 0, COVERAGE_V6));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(more_names_than_ids, set_up, tear_down),
		cmocka_unit_test_setup_teardown(numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(largest, set_up, tear_down),
		cmocka_unit_test(wrong_choices),
		cmocka_unit_test(covers),
		cmocka_unit_test(a_fifth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
