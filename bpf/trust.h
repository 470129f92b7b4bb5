/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * trust.h - is this source in one of the prefixes that are never limited? By the walk in
 * ecdn-xdp-table.h through the table that user/trust/trust_table.h builds.
 */
#ifndef BPF_TRUST_H
#define BPF_TRUST_H

#include <bpf/bpf_endian.h>

#include "lines.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct table_lines);
} trusted_table SEC(".maps");

/* The leaf of an address in the trusted table; 0 where it is not trusted. */
static __always_inline __u32 trusted_entry(__u8 family, const __u32 addr_be[4])
{
	__u32 root = family == 4 ? ECDN_XDP_TABLE_ROOT_V4 : ECDN_XDP_TABLE_ROOT_V6;
	__u32 first = bpf_ntohl(addr_be[0]), slot = 0, entry;
	void *table = bpf_map_lookup_elem(&trusted_table, &slot);

	if (!table)
		return 0;
	entry = ecdn_xdp_first(table, line_at, root, first >> 24, first >> 16);
	return ecdn_xdp_walk_trusted(table, line_at, entry, addr_be);
}

#endif
