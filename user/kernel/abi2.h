/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi2.h - what pins of ABI 2 hold, where ABI 3 differs, so that a load can carry it over. Maps
 * that are not here hold the same in both.
 */
#ifndef KERNEL_ABI2_H
#define KERNEL_ABI2_H

#include "ecdn-xdp-maps.h"

#define ABI2 2

/* region_limits, and the default in config. */
struct abi2_limits {
	__u64 pps, bps, cps, prefix_pps, answer_cps, hold_ns;
	__u64 exempt_until_ns, released_ns;
	__u32 blocked, own;
};

/* The answer_cps of limits that nobody had set. */
#define ABI2_ANSWER_CPS 200000

struct abi2_config {
	__u32 abi, generation, monitor, protect, trusted, max_regions;
	__u64 hash_seed;
	struct abi2_limits default_limits;
};

struct abi2_region_state {
	__u32 state, reserved;
	__u64 since_ns, until_ns;
};

struct abi2_drops {
	struct ecdn_xdp_traffic blocked, prefix_pps, answer_cps;
};

/* region_stats: PERCPU_ARRAY by region. */
struct abi2_region_stats {
	__u64 packets, bytes, connections, reserved;
	struct abi2_drops dropped, would_drop;
};

struct abi2_rate {
	__u32 limited, reserved;
	__u64 limited_ns, below_ns, measured_ns, answer_ns;
	struct ecdn_xdp_window fast, slow;
};

struct abi2_region_rate {
	struct bpf_spin_lock lock;
	struct abi2_rate rate;
};

/* events: PERCPU_ARRAY of one. */
struct abi2_events {
	__u64 arp, other_ethertype, vlan_depth, truncated, bad_header;
	__u64 fragment, upper_truncated, ext_headers;
	__u64 no_table, bucket_evicted, map_missing;
};

/*
 * Both tables: lines of 64 bytes, with roots of 16 lines from line 0 and 4096 on, and the header
 * of include/ecdn-xdp-table.h. region_lines: a block of a byte's 256 entries is 16 lines, or one
 * line of runs, and a table has no other. trusted_lines: the rows are the last lines.
 */
#define ABI2_TABLE_LINES 524288
#define ABI2_TABLE_ROOT_V4 0
#define ABI2_TABLE_ROOT_V6 4096
#define ABI2_TABLE_HEADER 8192
#define ABI2_TABLE_SOURCES 63
#define ABI2_SOURCE_SIZE 256
#define ABI2_TABLE_MAGIC 0x4e444345

#define ABI2_ENTRY_CHILD 0x80000000U
#define ABI2_ENTRY_RUNS 0x40000000U
#define ABI2_ENTRY_LINE 0x0fffffffU
#define ABI2_ENTRY_REGION 0x0000ffffU
#define ABI2_ENTRY_SOURCE_SHIFT 16
#define ABI2_ENTRY_SOURCE 0x003f0000U

struct abi2_line {
	union {
		__u32 word[16];
		struct {
			/* A byte for each run but the first: 256 - the value where it begins. */
			__u64 begins_low;
			__u32 begins_high;
			__u32 run[13];
		} runs;
	};
};

struct abi2_table_header {
	__u32 magic, lines;
	__u64 generation, loaded_at;
	__u32 sources, reserved;
	__u64 ranges_v4, ranges_v6;
	char source[ABI2_TABLE_SOURCES][ABI2_SOURCE_SIZE];
};

struct abi2_trusted_header {
	__u32 magic, lines;
	__u64 generation, loaded_at;
	__u32 rows, allowed, nodes, reserved;
};

ECDN_XDP_SIZE(struct abi2_limits, 72);
ECDN_XDP_SIZE(struct abi2_config, 104);
ECDN_XDP_SIZE(struct abi2_region_state, 24);
ECDN_XDP_SIZE(struct abi2_region_stats, 128);
ECDN_XDP_SIZE(struct abi2_region_rate, 160);
ECDN_XDP_SIZE(struct abi2_events, 88);
ECDN_XDP_SIZE(struct abi2_line, 64);
ECDN_XDP_SIZE(struct abi2_table_header, 48 + 63 * 256);
ECDN_XDP_SIZE(struct abi2_trusted_header, 40);

#endif
