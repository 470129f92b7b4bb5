/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * lines.h - the lines of 64 bytes that a table is made of, as BPF programs reach them.
 */
#ifndef BPF_LINES_H
#define BPF_LINES_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ecdn-xdp-table.h"

/* Given by sizes, as clang's BTF does not follow the types of an inner map. */
struct table_lines {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_TABLE_LINES_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct ecdn_xdp_table_line));
};

/* An ecdn_xdp_line_at of a map. */
static __always_inline const struct ecdn_xdp_table_line *line_at(const void *table, __u32 index)
{
	return bpf_map_lookup_elem((void *)table, &index);
}

#endif
