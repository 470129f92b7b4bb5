/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * region_maps.h - the maps by region id that the agent reads too. The loader sizes all of
 * them to config.max_regions.
 */
#ifndef BPF_REGION_MAPS_H
#define BPF_REGION_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ecdn-xdp-maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_REGIONS_DEFAULT);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_region_name);
} region_name SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_REGIONS_DEFAULT);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_region_state);
} region_state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_REGIONS_DEFAULT);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_limits);
} region_limits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_REGIONS_DEFAULT);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_region_rate);
} region_rate SEC(".maps");

#endif
