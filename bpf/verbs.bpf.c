// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * verbs: no program, but the map of the commands that changed something. It is an object of its
 * own so that it has its types, whichever part is loaded.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ecdn-xdp-maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_VERBS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_verb);
} verbs SEC(".maps");
