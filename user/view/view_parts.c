// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_parts.h"

/* How many groups of a table's addresses are looked at to tell where a range ends. */
#define RANGE_STEPS (1 << 17)

static bool row_has(const struct cidr *cidr, const struct address *at)
{
	return cidr->addr.family == at->family && cidr->addr.bits <= at->bits &&
	       at->bits <= cidr_last(cidr);
}

/* The longest node's prefix around an address, or else the longest allowed one; *last becomes the
 * last address at most for which that holds. */
static const struct ecdn_xdp_trusted_row *find_trusted(const struct trust_list *list,
						       const struct address *at, addr_bits *last)
{
	const struct ecdn_xdp_trusted_row *node = NULL, *allowed = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &list->row[i];
		struct cidr cidr;

		trust_list_cidr(row, &cidr);
		if (cidr.addr.family != at->family)
			continue;
		if (cidr.addr.bits > at->bits && cidr.addr.bits - 1 < *last)
			*last = cidr.addr.bits - 1;
		if (!row_has(&cidr, at))
			continue;
		if (cidr_last(&cidr) < *last)
			*last = cidr_last(&cidr);
		/* Sorted: the longer one comes later. */
		if (trust_list_is_node(row))
			node = row;
		else
			allowed = row;
	}
	return node ?: allowed;
}

/* The part of the prefix that begins at `at`. */
static void find_part(struct view_part *part, const struct cidr *cidr, const struct address *at,
		      const struct view_table *table, const struct trust_list *trusted)
{
	const struct table_extent all = { 0, ~(addr_bits)0 };
	addr_bits last = ~(addr_bits)0;

	part->first = part->last = *at;
	part->table = view_table_find(table, at);
	part->trusted = find_trusted(trusted, at, &last);
	table_extent_find(table->lines, at, &part->range);
	part->whole = table_extent_widen(table->lines, at, &all, RANGE_STEPS, &part->range);
	part->last.bits = cidr_last(cidr);
	if (part->range.last < part->last.bits)
		part->last.bits = part->range.last;
	if (last < part->last.bits)
		part->last.bits = last;
}

void view_parts_find(struct view_parts *parts, const struct cidr *cidr,
		     const struct view_table *table, const struct trust_list *trusted)
{
	struct address at = cidr->addr;
	addr_bits end = cidr_last(cidr);

	parts->count = 0;
	parts->more = true;
	while (parts->more && parts->count < VIEW_PARTS_MAX) {
		struct view_part *part = &parts->at[parts->count++];

		find_part(part, cidr, &at, table, trusted);
		at.bits = part->last.bits + 1;
		parts->more = part->last.bits < end;
	}
}
