/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * steer_maps.h - the maps that steer and listen share: sockets of listeners, whose they are, and
 * what was counted.
 */
#ifndef BPF_STEER_MAPS_H
#define BPF_STEER_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ecdn-xdp-maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, ECDN_XDP_STEER_MAX * ECDN_XDP_STEER_SOCKETS);
	__type(key, __u32);
	__type(value, __u64);
} steer_sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_STEER_MAX);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_steer_rule);
} steer_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 2 * ECDN_XDP_STEER_MAX);
	__type(key, struct ecdn_xdp_steer_key);
	__type(value, struct ecdn_xdp_steer_stats);
} steer_stats SEC(".maps");

#endif
