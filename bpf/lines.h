/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * lines.h - the lines of 64 bytes that a table is made of, and one step in them.
 */
#ifndef BPF_LINES_H
#define BPF_LINES_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ecdn-xdp-maps.h"

/* By sizes: clang's BTF does not follow the types of an inner map. */
struct table_lines {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_TABLE_LINES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct ecdn_xdp_table_line));
};

/* A child's entry of a byte; 0, a leaf, where the table ends before the line does. */
static __always_inline __u32 table_step(void *table, __u32 child, __u8 byte)
{
	__u32 index = ecdn_xdp_line(child, byte);
	struct ecdn_xdp_table_line *line = bpf_map_lookup_elem(table, &index);

	if (!line)
		return 0;
	return line->word[ecdn_xdp_word(child, line, byte) & 15];
}

#endif
