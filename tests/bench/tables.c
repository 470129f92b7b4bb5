// SPDX-License-Identifier: BSD-2-Clause
/*
 * tables.c - the product's tables as maps, of ranges and prefixes of the
 * benchmark's own.
 */
#include "bench.h"

#include "guard/region_store.h"
#include "trust/trust_rates.h"
#include "trust/trust_store.h"
#include "regions/table.h"
#include "table/lines.h"

int table_sized(const struct range_set *set, bool roomy)
{
	struct ecdn_xdp_table_line *lines = lines_new();
	const struct table_room room = { 0 };
	int fd;

	need(lines && !table_compile(set, &room, lines, ECDN_XDP_TABLE_LINES_MAX),
	     "compile a region table");
	fd = slot_table(&region_store_slot,
			roomy ? slot_roomy(lines_used(lines), 0) : ECDN_XDP_TABLE_LINES_MAX,
			lines);
	need(fd >= 0, "make a region table");
	lines_free(lines);
	return fd;
}

int table_new(const struct range_set *set)
{
	return table_sized(set, false);
}

int trusted_new(const struct cidr *prefixes, size_t count, int rates)
{
	struct ecdn_xdp_table_line *lines;
	struct trust_list list = {};
	int fd;

	need(!trust_list_allow(&list, prefixes, count, 1), "allow prefixes");
	need(!trust_store_compile(&list, &lines), "compile a trusted table");
	fd = trust_store_table(lines, ECDN_XDP_TABLE_LINES_MAX, 1);
	need(fd >= 0, "make a trusted table");
	need(rates < 0 || !trust_rates_add(rates, &list), "make rows of trusted prefixes");
	lines_free(lines);
	trust_list_free(&list);
	return fd;
}
