/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * known_cell.h - which cells of `known` an address has, and when they count. Time is an argument
 * and no helper is called, so that readers run the same code.
 */
#ifndef BPF_KNOWN_CELL_H
#define BPF_KNOWN_CELL_H

#include <stdbool.h>

#include "prefix.h"

static __always_inline __u64 known_hash(__u8 family, const __u32 addr_be[4], __u64 seed)
{
	__u64 high = family == 4 ? 0 : addr_be[1];

	return prefix_hash(addr_be[0] | high << 32, seed + family);
}

static __always_inline __u8 known_span(__u64 now_ns)
{
	return (now_ns >> ECDN_XDP_KNOWN_SPAN) % 255 + 1;
}

static __always_inline bool known_recent(__u8 cell, __u8 span)
{
	return cell == span || cell == (span == 1 ? 255 : span - 1);
}

static __always_inline bool known_line_has(const struct ecdn_xdp_known_line *line, __u64 hash,
					   __u8 span)
{
	return known_recent(line->cell[hash >> 32 & 63], span) &&
	       known_recent(line->cell[hash >> 40 & 63], span);
}

#endif
