/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * region_cpu.h - what each CPU counts of a region by itself.
 */
#ifndef BPF_REGION_CPU_H
#define BPF_REGION_CPU_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ecdn-xdp-maps.h"

/* Each CPU has its own rows, of all regions. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_REGIONS_DEFAULT);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_region_cpu);
} region_cpu SEC(".maps");

/* Set by the loader: config.max_regions. */
const volatile __u32 max_regions = ECDN_XDP_REGIONS_DEFAULT;

/* What the CPU of that id keeps of a region; NULL if the maps have no room for either. */
static __always_inline struct ecdn_xdp_region_cpu *region_of_cpu(__u32 region, __u32 id)
{
	__u32 index = id * max_regions + region;

	return region < max_regions ? bpf_map_lookup_elem(&region_cpu, &index) : NULL;
}

#endif
