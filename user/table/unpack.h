/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack.h - the lines of a region table become ranges again: what ecdn_xdp_region_v4() and
 * ecdn_xdp_region_v6() say of all addresses, without asking for each.
 */
#ifndef TABLE_UNPACK_H
#define TABLE_UNPACK_H

#include <stdint.h>

#include "ecdn-xdp-table.h"
#include "table/range.h"

/* Takes a range whose entry is a region's id alone, not 0; the ranges come in order, and
 * neighbours differ in their region. */
typedef void unpack_take(const struct range *range, void *context);

/* Unpacks a whole table's ranges of one family, AF_INET or AF_INET6. 0, or -EPROTO, silent, if the
 * table leads in circles. */
int unpack_ranges(const struct ecdn_xdp_table_line *lines, int family, unpack_take *take,
		  void *context);

#endif
