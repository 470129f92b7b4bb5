/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * settings.h - what the agent has set for the guard: the map `config` and the ports that
 * are protected.
 */
#ifndef BPF_SETTINGS_H
#define BPF_SETTINGS_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "ecdn-xdp-maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_protected_ports);
} protected_ports SEC(".maps");

static __always_inline bool port_protected(__u8 proto, __u32 port)
{
	__u32 slot = 0;
	struct ecdn_xdp_protected_ports *ports = bpf_map_lookup_elem(&protected_ports, &slot);
	const __u8 *bits;

	if (!ports)
		return false;
	/* Verifiers before Linux 7 need the mask, and clang would drop it: a port fits anyway. */
	barrier_var(port);
	bits = proto == IPPROTO_TCP ? ports->tcp : ports->udp;
	return bits[port >> 3 & (sizeof(ports->tcp) - 1)] >> (port & 7) & 1;
}

#endif
