/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * config.h - the map `config`: what the agent has set for the host as a whole. guard, steer,
 * publish and ping all have it, as its first word tells readers the ABI of all other maps.
 */
#ifndef BPF_CONFIG_H
#define BPF_CONFIG_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ecdn-xdp-maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE); /* so that a line of the cache begins with it */
	__type(key, __u32);
	__type(value, struct ecdn_xdp_config);
} config SEC(".maps");

#endif
