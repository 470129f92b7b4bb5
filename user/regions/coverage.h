/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * coverage.h - how many ranges and addresses belong to regions. Publishers cut the same addresses
 * into ranges in different ways, so it is addresses that are compared. Pure; nothing is logged.
 */
#ifndef REGIONS_COVERAGE_H
#define REGIONS_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-table.h"
#include "table/range.h"

enum coverage_family { COVERAGE_V4, COVERAGE_V6, COVERAGE_FAMILIES };

/* addresses: all of IPv6 would be 2^128, and count as one less. */
struct coverage {
	uint64_t ranges[COVERAGE_FAMILIES];
	addr_bits addresses[COVERAGE_FAMILIES];
};

/* Adds a range. */
void coverage_add(struct coverage *coverage, enum coverage_family family,
		  const struct range *range);

/* Adds up by the id in entries, below `ids`; ranges of other ids, and of id 0, which stands for no
 * region, are left out. `by_id` starts as zeros. */
void coverage_of_set(const struct range_set *set, struct coverage *by_id, uint32_t ids);

/* The same of a whole table. 0, or -EPROTO if the table is damaged. */
int coverage_of_table(const struct ecdn_xdp_table_line *lines, struct coverage *by_id,
		      uint32_t ids);

/* The sum of all. */
struct coverage coverage_sum(const struct coverage *by_id, uint32_t ids);

bool coverage_is_none(const struct coverage *coverage);

/* How large a region is, to be compared with others: as many as IPv4 addresses, and a /48 of IPv6
 * counts as one of these. */
uint64_t coverage_weight(const struct coverage *coverage);

/* Whether so few addresses are left that the rest were probably lost by mistake: a family as a
 * whole, or more than COVERAGE_LOSS percent of it. */
#define COVERAGE_LOSS 20
bool coverage_shrinks(const struct coverage *before, const struct coverage *after,
		      enum coverage_family family);

/* Writes how many addresses of a family there are, as "65536 IPv4 addresses" or "1 /64 of IPv6",
 * of which one that is covered in part counts, too. Returns text. */
#define COVERAGE_TEXT_SIZE 48
char *coverage_text(const struct coverage *coverage, enum coverage_family family,
		    char text[COVERAGE_TEXT_SIZE]);

#endif
