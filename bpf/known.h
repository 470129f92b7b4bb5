/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * known.h - which addresses have lately completed a handshake with this host: the map `known`,
 * a Bloom filter of two cells whose line is one line of the cache. With 100,000 addresses one in
 * 92 others is taken for known, with 10,000 one in 2,600, with a million 38 of 100.
 *
 * A forger can use an address that is known, so being known excuses a packet and orders it
 * before others, and lifts no limit.
 */
#ifndef BPF_KNOWN_H
#define BPF_KNOWN_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ecdn-xdp-maps.h"
#include "known_cell.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_KNOWN_LINES);
	__uint(map_flags, BPF_F_MMAPABLE); /* so that lines of the cache begin with its lines */
	__type(key, __u32);
	__type(value, struct ecdn_xdp_known_line);
} known SEC(".maps");

static __always_inline bool known_has(__u64 hash, __u64 now_ns)
{
	__u32 index = hash & (ECDN_XDP_KNOWN_LINES - 1);
	const struct ecdn_xdp_known_line *line = bpf_map_lookup_elem(&known, &index);
	__u8 span = known_span(now_ns);

	return line && known_line_has(line, hash, span);
}

/* Writes only what is not there yet, as other CPUs read the line. */
static __always_inline void known_set(__u64 hash, __u64 now_ns)
{
	__u32 index = hash & (ECDN_XDP_KNOWN_LINES - 1);
	struct ecdn_xdp_known_line *line = bpf_map_lookup_elem(&known, &index);
	__u8 span = known_span(now_ns);

	if (!line)
		return;
	if (line->cell[hash >> 32 & 63] != span)
		line->cell[hash >> 32 & 63] = span;
	if (line->cell[hash >> 40 & 63] != span)
		line->cell[hash >> 40 & 63] = span;
}

#endif
