/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_extent.h - how far around an address a region table gives one answer.
 */
#ifndef REGIONS_TABLE_EXTENT_H
#define REGIONS_TABLE_EXTENT_H

#include <stdbool.h>

#include "base/address.h"
#include "ecdn-xdp-table.h"

/* Addresses of one region, as bits; the first and the last one. */
struct table_extent {
	addr_bits first, last;
};

/*
 * Finds addresses around `address` that have its region: those that the table's lines hold
 * together. Their neighbours may have it as well.
 */
void table_extent_find(const struct ecdn_xdp_table_line *lines, const struct address *address,
		       struct table_extent *extent);

/* Adds neighbours that have the region too, at most `steps` such groups on either side, and none
 * beyond the bounds. Returns false if the steps were not enough to come to an end. */
bool table_extent_widen(const struct ecdn_xdp_table_line *lines, const struct address *address,
			const struct table_extent *bounds, unsigned int steps,
			struct table_extent *extent);

#endif
