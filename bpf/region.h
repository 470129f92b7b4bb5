/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * region.h - source address to region: one array access for each byte of the
 * address, until an entry is a region. At most 4 for IPv4 and 16 for IPv6,
 * whatever the address; user/regions/table.h builds what is read here.
 */
#ifndef BPF_REGION_H
#define BPF_REGION_H

#include "packet.h"
#include "ecdn-xdp-maps.h"

/* By sizes: clang's BTF does not follow the types of an inner map. */
struct region_blocks {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_TABLE_BLOCKS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct ecdn_xdp_table_block));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct region_blocks);
} region_table SEC(".maps");

static __always_inline __u32 table_walk(void *table, __u32 root, const __u8 *addr, int length)
{
	__u32 block = root + addr[0];

#pragma unroll
	for (int i = 1; i < length; i++) {
		struct ecdn_xdp_table_block *b = bpf_map_lookup_elem(table, &block);
		__u32 entry;

		if (!b)
			return ECDN_XDP_REGION_NONE;
		entry = b->entry[addr[i]];
		if (!(entry & ECDN_XDP_ENTRY_CHILD))
			return entry & ECDN_XDP_ENTRY_REGION;
		block = entry & ~ECDN_XDP_ENTRY_CHILD;
	}
	return ECDN_XDP_REGION_NONE;
}

/* Region id, or -1 where no table is loaded. */
static __always_inline int region_of(const struct packet *packet)
{
	const __u8 *addr = (const __u8 *)packet->addr_be;
	__u32 slot = 0;
	void *table = bpf_map_lookup_elem(&region_table, &slot);

	if (!table)
		return -1;
	if (packet->family == 4)
		return table_walk(table, ECDN_XDP_TABLE_ROOT_V4, addr, 4);
	return table_walk(table, ECDN_XDP_TABLE_ROOT_V6, addr, 16);
}

#endif
