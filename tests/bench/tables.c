// SPDX-License-Identifier: BSD-2-Clause
/*
 * tables.c - the product's tables as maps, of ranges and prefixes of the
 * benchmark's own.
 */
#include "bench.h"

#include "guard/region_store.h"
#include "trust/trust_store.h"
#include "regions/table.h"
#include "table/lines.h"

int table_new(const struct range_set *set)
{
	struct ecdn_xdp_table_line *lines = lines_new();
	const struct table_room room = { 0 };
	int fd;

	need(lines, "allocate memory");
	need(!table_compile(set, &room, lines, ECDN_XDP_TABLE_LINES_MAX),
	     "compile a region table");
	fd = slot_fill(&region_store_slot, lines);
	need(fd >= 0, "create a region table");
	lines_free(lines);
	return fd;
}

int trusted_new(const struct cidr *prefixes, size_t count)
{
	struct trust_list list = {};
	int fd;

	need(!trust_list_allow(&list, prefixes, count, 1), "allow prefixes");
	fd = trust_store_make(&list, 1);
	need(fd >= 0, "make a trusted table");
	trust_list_free(&list);
	return fd;
}
