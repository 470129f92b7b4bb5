/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trusted_table.h - the trusted list compiled into the lines that bpf/trust.h walks.
 *
 * Any TRUSTED_ALWAYS prefixes fit, however they nest: a block that is not a root
 * holds at least two items, each a prefix that ends in it or a child, as with one
 * it would be a tail. Each item adds at most two borders between runs, so that 16
 * lines, for 14 runs or more, mean at least seven items. With N prefixes, B16
 * blocks of 16 lines and B1 of one:
 *
 *	7 B16 + 2 B1 <= N + B16 + B1            all items, a block being one
 *	lines <= 17 B16 + 2 B1 + N              a tail before each block and prefix
 *	      <= 17/6 N + N
 *
 * and with a row for each prefix at most 4.84 N. As equal blocks are one and most
 * prefixes are neighbours of others, real lists take far less.
 */
#ifndef TRUST_TRUST_TABLE_H
#define TRUST_TRUST_TABLE_H

#include "trust/trust_list.h"

#define TRUSTED_ALWAYS 105000

/*
 * Compiles list into lines, room for ECDN_XDP_TABLE_LINES of them, zeroed by the
 * caller. Leaves the header's generation and loaded_at to the caller. 0; -ENOSPC
 * when the lines do not suffice, -ENOMEM.
 */
int trust_table_compile(const struct trust_list *list, struct ecdn_xdp_table_line *lines);

struct ecdn_xdp_trusted_header *trust_table_header(struct ecdn_xdp_table_line *lines);

/* Leaf of an address, ECDN_XDP_ENTRY_ALLOWED and ECDN_XDP_ENTRY_NODE; 0: not trusted. */
uint32_t trust_table_lookup(const struct ecdn_xdp_table_line *lines, const struct address *address);

/* What was compiled, back again: *list is empty before. 0 or -ENOMEM. */
int trust_table_rows(const struct ecdn_xdp_table_line *lines, struct trust_list *list);

#endif
