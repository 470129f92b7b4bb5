/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * origin_maps.h - the maps of the origin observer. Its programs are an object each, which has
 * those of the maps that it uses; the pins make them the same.
 */
#ifndef BPF_ORIGIN_MAPS_H
#define BPF_ORIGIN_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ecdn-xdp-maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_origin_config);
} origin_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ECDN_XDP_ORIGINS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct ecdn_xdp_origin_key);
	__type(value, struct ecdn_xdp_origin_name);
} origin_names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ECDN_XDP_ORIGINS);
	__type(key, struct ecdn_xdp_origin_key);
	__type(value, __u32);
} origins SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_ORIGINS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_origin_key);
} origin_keys SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_ORIGINS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_origin_stats);
} origin_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_ORIGINS);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_origin_spans);
} origin_spans SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_origin_requests);
} origin_requests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_origin_head);
} origin_head SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_ORIGIN_FAILURES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_origin_failure);
} origin_failures SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ecdn_xdp_origin_conn);
} origin_conns SEC(".maps");

static __always_inline struct ecdn_xdp_origin_config *origin_configured(void)
{
	__u32 slot = 0;

	return bpf_map_lookup_elem(&origin_config, &slot);
}

static __always_inline struct ecdn_xdp_origin_head *origin_shared(void)
{
	__u32 slot = 0;

	return bpf_map_lookup_elem(&origin_head, &slot);
}

/* Whether connections to that port are watched. */
static __always_inline int origin_port(const __u8 ports[8192], __u16 port)
{
	return ports[port / 8] >> port % 8 & 1;
}

/* Where a connection counts: in row 0 if another origin has got its row since. */
static __always_inline struct ecdn_xdp_origin_stats *
origin_counts(const struct ecdn_xdp_origin_conn *conn, __u32 *row)
{
	struct ecdn_xdp_origin_stats *stats;

	*row = conn->row;
	stats = bpf_map_lookup_elem(&origin_stats, row);
	if (!*row || (stats && stats->first_ns == conn->row_ns))
		return stats;
	*row = 0;
	return bpf_map_lookup_elem(&origin_stats, row);
}

#endif
