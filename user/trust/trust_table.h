/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_table.h - the trusted list compiled into the lines that bpf/trust.h walks.
 *
 * Any TRUSTED_ALWAYS prefixes fit, however they nest: a block that is not a root holds at
 * least two items, each of them a prefix that ends in the block or a child, for with one
 * item it would be a tail. Each item adds at most two borders between runs, so that 16
 * lines, for 14 runs or more, mean at least seven items. With N prefixes, B16 blocks of 16
 * lines and B1 blocks of one line:
 *
 *	7 B16 + 2 B1 <= N + B16 + B1            all items, as each block is one, too
 *	lines <= 17 B16 + 2 B1 + N              a tail before each block and prefix
 *	      <= 17/6 N + N
 *
 * and with a row for each prefix at most 4.84 N. As equal blocks are stored once and most
 * prefixes are neighbours of others, real lists take far fewer lines.
 */
#ifndef TRUST_TRUST_TABLE_H
#define TRUST_TRUST_TABLE_H

#include "trust/trust_list.h"

#define TRUSTED_ALWAYS 105000

/* Lines in which N prefixes and their rows fit, however they nest. */
#define TRUSTED_LINES(n) (ECDN_XDP_TABLE_FIRST_FREE + ((n) * 17UL + 5) / 6 + 2 * (n))

/*
 * Compiles list into lines: `capacity` zeroed ones, which may be lines_new() or a map's memory.
 * The caller sets the header's generation and loaded_at. lines_used() of the result is what a
 * map needs to hold it. Returns 0; -ENOSPC if the lines do not suffice, -ENOMEM.
 */
int trust_table_compile(const struct trust_list *list, struct ecdn_xdp_table_line *lines,
			uint32_t capacity);

struct ecdn_xdp_trusted_header *trust_table_header(struct ecdn_xdp_table_line *lines);

/* Returns the leaf of an address, ECDN_XDP_ENTRY_ALLOWED, _NODE and _NO_NODE; 0 if it is not
 * trusted. */
uint32_t trust_table_lookup(const struct ecdn_xdp_table_line *lines, const struct address *address);

/* Reads the compiled list back into *list, which is empty before. Returns 0 or -ENOMEM. */
int trust_table_rows(const struct ecdn_xdp_table_line *lines, struct trust_list *list);

#endif
