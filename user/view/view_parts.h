/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_parts.h - a prefix in parts, each of addresses of one region and one trusted prefix.
 */
#ifndef VIEW_VIEW_PARTS_H
#define VIEW_VIEW_PARTS_H

#include <stdbool.h>

#include "base/cidr.h"
#include "regions/table_extent.h"
#include "trust/trust_list.h"
#include "view/view_table.h"

/* Parts that are told apart; what is beyond them is left out. */
#define VIEW_PARTS_MAX 16

/* What is pointed to belongs to the table and the list. */
struct view_part {
	struct address first, last;
	struct view_table_answer table;
	struct table_extent range; /* of the table, around `first` ... */
	bool whole;             /* ... and it ends where that says */
	const struct ecdn_xdp_trusted_row *trusted; /* NULL: it is in no such prefix */
};

struct view_parts {
	struct view_part at[VIEW_PARTS_MAX];
	unsigned int count;
	bool more;              /* the prefix has others */
};

void view_parts_find(struct view_parts *parts, const struct cidr *cidr,
		     const struct view_table *table, const struct trust_list *trusted);

#endif
