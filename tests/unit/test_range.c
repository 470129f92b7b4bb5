// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "table/range.h"

#define LAST (~(addr_bits)0)

static void add(struct range_list *list, addr_bits first, addr_bits last, uint32_t entry)
{
	assert_int_equal(range_list_add(list, first, last, entry), 0);
}

static void check(const struct range_list *list, size_t at, addr_bits first, addr_bits last,
		  uint32_t entry)
{
	assert_true(at < list->count);
	assert_true(list->range[at].first == first);
	assert_true(list->range[at].last == last);
	assert_int_equal(list->range[at].entry, entry);
}

static void joins_neighbours(void **state)
{
	struct range_list list = { 0 };

	(void)state;
	add(&list, 0, 9, 1);
	add(&list, 10, 19, 1);
	add(&list, 20, 29, 2);
	add(&list, 31, 39, 2);
	add(&list, 40, LAST, 2);
	assert_int_equal(list.count, 3);
	check(&list, 0, 0, 19, 1);
	check(&list, 1, 20, 29, 2);
	check(&list, 2, 31, LAST, 2);
	range_list_free(&list);
	assert_null(list.range);
	assert_int_equal(list.count, 0);
}

static void grows(void **state)
{
	struct range_list list = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 10000; i++)
		add(&list, 2 * i, 2 * i, 1);
	assert_int_equal(list.count, 10000);
	check(&list, 9999, 19998, 19998, 1);
	range_list_free(&list);
}

static void overlays_whole_space(void **state)
{
	struct range_set into = { 0 }, over = { 0 };

	(void)state;
	add(&into.v4, 0, LAST, 1);
	add(&into.v6, 5, 6, 1);
	add(&over.v4, 0, 0, 2);
	add(&over.v4, 100, 200, 3);
	add(&over.v4, LAST, LAST, 4);
	add(&over.v6, 0, LAST, 9);
	assert_int_equal(range_set_overlay(&into, &over), 0);
	assert_int_equal(into.v4.count, 5);
	check(&into.v4, 0, 0, 0, 2);
	check(&into.v4, 1, 1, 99, 1);
	check(&into.v4, 2, 100, 200, 3);
	check(&into.v4, 3, 201, LAST - 1, 1);
	check(&into.v4, 4, LAST, LAST, 4);
	assert_int_equal(into.v6.count, 1);
	check(&into.v6, 0, 0, LAST, 9);
	assert_int_equal(over.v4.count, 3);
	range_set_free(&into);
	range_set_free(&over);
}

static void overlays_nothing(void **state)
{
	struct range_set into = { 0 }, over = { 0 };

	(void)state;
	assert_int_equal(range_set_overlay(&into, &over), 0);
	assert_int_equal(into.v4.count, 0);
	add(&over.v4, 3, 4, 1);
	assert_int_equal(range_set_overlay(&into, &over), 0);
	assert_int_equal(into.v4.count, 1);
	range_set_free(&over);
	assert_int_equal(range_set_overlay(&into, &over), 0);
	check(&into.v4, 0, 3, 4, 1);
	range_set_free(&into);
}

/* A space of CELLS addresses, at its low or its high end. */
#define CELLS 256

static void random_list(struct range_list *list, addr_bits base, uint32_t cells[CELLS],
			uint32_t entry_from)
{
	unsigned int at = 0;

	memset(cells, 0, CELLS * sizeof(*cells));
	while (at < CELLS) {
		unsigned int length = 1 + rand() % (rand() % 4 ? 6 : 60);
		uint32_t entry = rand() % 3 ? entry_from + rand() % 3 : 0;

		if (length > CELLS - at)
			length = CELLS - at;
		if (entry)
			add(list, base + at, base + at + (length - 1), entry);
		for (; length; length--)
			cells[at++] = entry;
	}
}

static void check_cells(const struct range_list *list, addr_bits base,
			const uint32_t cells[CELLS])
{
	uint32_t got[CELLS] = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		const struct range *range = &list->range[i];

		assert_true(range->first <= range->last);
		if (i) {
			const struct range *before = range - 1;

			assert_true(before->last < range->first);
			assert_false(before->last + 1 == range->first &&
				     before->entry == range->entry);
		}
		for (addr_bits at = range->first;; at++) {
			got[at - base] = range->entry;
			if (at == range->last)
				break;
		}
	}
	assert_memory_equal(got, cells, sizeof(got));
}

static void overlays_at_random(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 5000; round++) {
		addr_bits base = round % 2 ? 0 : LAST - (CELLS - 1);
		uint32_t cells[CELLS] = { 0 }, upper[CELLS];
		struct range_set into = { 0 };

		for (int layer = 0; layer < 3; layer++) {
			struct range_set over = { 0 };

			random_list(&over.v6, base, upper, 1 + layer * 2);
			assert_int_equal(range_set_overlay(&into, &over), 0);
			for (int i = 0; i < CELLS; i++)
				if (upper[i])
					cells[i] = upper[i];
			check_cells(&into.v6, base, cells);
			range_set_free(&over);
		}
		range_set_free(&into);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_neighbours),
		cmocka_unit_test(grows),
		cmocka_unit_test(overlays_whole_space),
		cmocka_unit_test(overlays_nothing),
		cmocka_unit_test(overlays_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
