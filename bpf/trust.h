/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * trust.h - is this source in one of the prefixes that are not limited up to their ceilings? By
 * the walk in ecdn-xdp-trusted.h through the table that user/trust/trust_table.h builds.
 */
#ifndef BPF_TRUST_H
#define BPF_TRUST_H

#include <bpf/bpf_endian.h>

#include "ecdn-xdp-trusted.h"
#include "lines.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct table_lines);
} trusted_table SEC(".maps");

/*
 * The whole walk. high and low: the address's bytes 0 to 7 and 8 to 15 as they stand in memory.
 * It begins anew in the table that it finds, as a command may have replaced the one that the
 * caller looked at, and an entry is worth nothing in another table. Most packets end at their
 * first entry and do not come here, and as a global function it is verified once and not in
 * every state that a program can be in.
 */
__noinline __u32 trusted_walk(__u32 root, __u64 high, __u64 low)
{
	__u32 addr_be[4], slot = 0, first, entry;
	void *table = bpf_map_lookup_elem(&trusted_table, &slot);

	if (!table)
		return 0;
	__builtin_memcpy(addr_be, &high, sizeof(high));
	__builtin_memcpy(addr_be + 2, &low, sizeof(low));
	first = bpf_ntohl(addr_be[0]);
	entry = ecdn_xdp_first(table, line_at, root, first >> 24, first >> 16);
	return ecdn_xdp_walk_trusted(table, line_at, entry, addr_be);
}

/* The leaf of an address in the trusted table; 0 where it is not trusted. */
static __always_inline __u32 trusted_entry(__u8 family, const __u32 addr_be[4])
{
	__u32 root = family == 4 ? ECDN_XDP_TABLE_ROOT_V4 : ECDN_XDP_TABLE_ROOT_V6;
	__u32 first = bpf_ntohl(addr_be[0]), slot = 0, entry;
	void *table = bpf_map_lookup_elem(&trusted_table, &slot);
	__u64 high, low;

	if (!table)
		return 0;
	entry = ecdn_xdp_first(table, line_at, root, first >> 24, first >> 16);
	if (!(entry & ECDN_XDP_ENTRY_CHILD))
		return entry;
	__builtin_memcpy(&high, addr_be, sizeof(high));
	__builtin_memcpy(&low, addr_be + 2, sizeof(low));
	return trusted_walk(root, high, low);
}

#endif
