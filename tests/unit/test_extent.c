// SPDX-License-Identifier: BSD-2-Clause
/* How far around an address a region table gives one answer, against the ranges it was made of. */
#include "region_lines.h"

#include <stdlib.h>
#include <string.h>

#include "regions/table_extent.h"

#define SETS 20
#define RANGES 300
#define PROBES 1500

static const struct table_extent everything = { 0, LAST };

static addr_bits random_wide(void)
{
	addr_bits bits = 0;

	for (int i = 0; i < 9; i++)
		bits = bits << 15 | (random() & 0x7fff);
	return bits;
}

/* Near others, so that lists, runs and forks come about; IPv4 fills its last bits. */
static addr_bits random_address(bool v4, addr_bits near)
{
	int shared = random() % (v4 ? 33 : 129);
	addr_bits open = shared == 128 ? 0 : ~(addr_bits)0 >> shared;
	addr_bits bits = (near & ~open) | (random_wide() & open);

	return v4 ? bits >> 96 << 96 : bits;
}

static int by_bits(const void *one, const void *other)
{
	const addr_bits *a = one, *b = other;

	return *a < *b ? -1 : *a > *b;
}

/* Ranges between sorted addresses, some of them without a region. */
static void make(struct range_list *list, bool v4)
{
	addr_bits at[RANGES];

	at[0] = random_address(v4, 0);
	for (int i = 1; i < RANGES; i++)
		at[i] = random_address(v4, at[random() % i]);
	qsort(at, RANGES, sizeof(*at), by_bits);
	for (int i = 0; i + 1 < RANGES; i++)
		if (at[i] != at[i + 1] && random() % 4)
			add(list, at[i], at[i + 1] - 1, 1 + random() % 4);
}

/* The addresses around one that have its region, by looking at all ranges. */
static struct table_extent expect(const struct range_list *list, addr_bits bits)
{
	struct table_extent extent = everything;
	uint32_t region = reference(list, bits) & ECDN_XDP_REGION_ID;

	for (size_t i = 0; i < list->count; i++) {
		const struct range *range = &list->range[i];
		bool same = (range->entry & ECDN_XDP_REGION_ID) == region;
		addr_bits gap = i + 1 < list->count ? list->range[i + 1].first : LAST;

		if (!same && range->last < bits)
			extent.first = range->last + 1;
		if (!same && range->first > bits && range->first - 1 < extent.last)
			extent.last = range->first - 1;
		/* Between two ranges there is no region. */
		if (region && range->last < bits && gap > range->last + 1)
			extent.first = gap;
		if (region && range->last >= bits && range->last < extent.last &&
		    (i + 1 == list->count ? range->last != LAST : gap > range->last + 1))
			extent.last = range->last;
		if (region && !i && bits >= range->first && range->first > extent.first)
			extent.first = range->first;
	}
	return extent;
}

static void check(const struct range_list *list, int family, addr_bits bits)
{
	struct address address = { bits, family };
	struct table_extent found, wanted = expect(list, bits);

	table_extent_find(lines, &address, &found);
	assert_true(found.first <= bits && bits <= found.last);
	assert_true(wanted.first <= found.first && found.last <= wanted.last);
	assert_true(table_extent_widen(lines, &address, &everything, 1 << 20, &found));
	assert_true(found.first == wanted.first && found.last == wanted.last);
}

static void check_family(bool v4)
{
	int family = v4 ? AF_INET : AF_INET6;
	struct range_set set = { 0 };
	struct range_list *list = v4 ? &set.v4 : &set.v6;

	make(list, v4);
	compile(&set);
	for (int i = 0; i < PROBES; i++) {
		const struct range *range = &list->range[random() % list->count];

		check(list, family, random_address(v4, range->first));
		check(list, family, range->first);
		check(list, family, v4 ? range->last >> 96 << 96 : range->last);
	}
	range_set_free(&set);
}

static void random_tables(void **state)
{
	(void)state;
	for (int i = 0; i < SETS; i++) {
		srandom(i);
		check_family(true);
		check_family(false);
	}
}

static void bounds(void **state)
{
	const struct table_extent inside = { V4(0x0a000010), V4_LAST(0x0a00001f) };
	struct address address = { V4(0x0a000018), AF_INET };
	struct range_set set = { 0 };
	struct table_extent found;

	(void)state;
	add(&set.v4, V4(0x0a000000), V4_LAST(0x0a0000ff), 1);
	compile(&set);
	table_extent_find(lines, &address, &found);
	assert_true(table_extent_widen(lines, &address, &inside, 1 << 20, &found));
	assert_true(found.first == inside.first && found.last == inside.last);
	range_set_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_tables),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
