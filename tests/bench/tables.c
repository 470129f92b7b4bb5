// SPDX-License-Identifier: BSD-2-Clause
/*
 * tables.c - the product's tables as maps, of ranges and prefixes of the
 * benchmark's own.
 */
#include "bench.h"

#include "guard/region_store.h"
#include "trust/trust_store.h"
#include "regions/table.h"

int table_new(const struct range_set *set)
{
	struct ecdn_xdp_table_line *lines;
	int fd = slot_new(&region_store_slot, &lines);

	need(fd >= 0, "create a region table");
	need(!table_compile(set, lines), "compile a region table");
	need(!slot_freeze(fd, lines), "freeze a region table");
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
