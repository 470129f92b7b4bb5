/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * trust.h - is this source one of the prefixes that are never limited? For IPv4 at
 * most 3 lines are read, for IPv6 15, and mostly far fewer: a tail skips bytes.
 * user/trust/trust_table.h builds what is read here.
 */
#ifndef BPF_TRUST_H
#define BPF_TRUST_H

#include <stdbool.h>
#include <bpf/bpf_endian.h>

#include "lines.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct table_lines);
} trusted_table SEC(".maps");

/* Bytes 2 to 15: each line that is read belongs to a later byte than the one before. */
#define TRUST_STEPS 14

/* In registers: a byte whose place only the table knows cannot be read from the stack. */
struct trust_address {
	__u64 high, low;
	const __u32 *addr_be;
};

static __always_inline __u8 trust_byte(const struct trust_address *address, __u32 at)
{
	__u64 word = at < 8 ? address->high : address->low;

	return word >> (56 - 8 * (at & 7));
}

static __always_inline __u32 trust_walk(void *table, __u32 entry,
					const struct trust_address *address)
{
	__u32 at = 2;

	for (int i = 0; i < TRUST_STEPS; i++) {
		const struct ecdn_xdp_table_tail *tail;
		__u32 line;

		if (!(entry & ECDN_XDP_ENTRY_CHILD))
			return entry;
		if (!(entry & ECDN_XDP_ENTRY_TAIL)) {
			entry = table_step(table, entry, trust_byte(address, at));
			at++;
			continue;
		}
		line = entry & ECDN_XDP_ENTRY_LINE;
		tail = bpf_map_lookup_elem(table, &line);
		if (!tail)
			return 0;
		at = tail->next_byte;
		entry = ecdn_xdp_in_tail(tail, address->addr_be) ? tail->inside : tail->outside;
	}
	return entry & ECDN_XDP_ENTRY_CHILD ? 0 : entry;
}

/* The leaf of an address; 0: not trusted. */
static __always_inline __u32 trusted_entry(__u8 family, const __u32 addr_be[4])
{
	const struct trust_address address = {
		.high = (__u64)bpf_ntohl(addr_be[0]) << 32 | bpf_ntohl(addr_be[1]),
		.low = (__u64)bpf_ntohl(addr_be[2]) << 32 | bpf_ntohl(addr_be[3]),
		.addr_be = addr_be,
	};
	__u32 root = family == 4 ? ECDN_XDP_TABLE_ROOT_V4 : ECDN_XDP_TABLE_ROOT_V6;
	__u32 slot = 0;
	void *table = bpf_map_lookup_elem(&trusted_table, &slot);

	if (!table)
		return 0;
	root += trust_byte(&address, 0) * 16;
	return trust_walk(table, table_step(table, ECDN_XDP_ENTRY_CHILD | root,
					    trust_byte(&address, 1)), &address);
}

#endif
