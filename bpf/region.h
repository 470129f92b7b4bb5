/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * region.h - source address to region: for each byte of the address, from the
 * second on, one line of the table, until an entry is a region. At most 3 for
 * IPv4 and 15 for IPv6, whatever the address; user/regions/table.h builds what is
 * read here.
 */
#ifndef BPF_REGION_H
#define BPF_REGION_H

#include "packet.h"
#include "ecdn-xdp-maps.h"

/* By sizes: clang's BTF does not follow the types of an inner map. */
struct region_lines {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_TABLE_LINES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct ecdn_xdp_table_line));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct region_lines);
} region_table SEC(".maps");

/* A child's entry of a byte; 0, no region, where the table ends before the line does. */
static __always_inline __u32 table_step(void *table, __u32 child, __u8 byte)
{
	__u32 index = ecdn_xdp_line(child, byte);
	struct ecdn_xdp_table_line *line = bpf_map_lookup_elem(table, &index);

	if (!line)
		return ECDN_XDP_REGION_NONE;
	return line->word[ecdn_xdp_word(child, line, byte) & 15];
}

static __always_inline __u32 table_walk(void *table, __u32 root, const __u8 *addr, int length)
{
	__u32 entry = table_step(table, ECDN_XDP_ENTRY_CHILD | (root + addr[0] * 16), addr[1]);

	/* Not unrolled: the smaller code is the faster one. */
	for (int i = 2; i < length; i++) {
		if (!(entry & ECDN_XDP_ENTRY_CHILD))
			break;
		entry = table_step(table, entry, addr[i]);
	}
	return entry & ECDN_XDP_ENTRY_REGION;
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
