/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * region.h - source address to region, by the walk in ecdn-xdp-table.h through the table
 * that user/regions/table.h builds.
 */
#ifndef BPF_REGION_H
#define BPF_REGION_H

#include <bpf/bpf_endian.h>

#include "lines.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct table_lines);
} region_table SEC(".maps");

/* The region id of an address, or -1 where no table is loaded. */
static __always_inline int region_of(__u8 family, const __u32 addr_be[4])
{
	__u32 slot = 0;
	void *table = bpf_map_lookup_elem(&region_table, &slot);

	if (!table)
		return -1;
	if (family == 4)
		return ecdn_xdp_region_v4(table, line_at, bpf_ntohl(addr_be[0]));
	return ecdn_xdp_region_v6(table, line_at, ecdn_xdp_be64(addr_be[0], addr_be[1]),
				  ecdn_xdp_be64(addr_be[2], addr_be[3]));
}

#endif
