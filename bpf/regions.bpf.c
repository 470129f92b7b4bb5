// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * regions: a pinned iterator over region_name, so that `cat` prints the table of regions,
 * the CPUs' counts added up, even where ecdn-xdp is not installed.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf_iter.h"
#include "rate.h"
#include "region_cpu.h"
#include "region_maps.h"

/* Set by the loader: rows that region_cpu has. */
const volatile __u32 cpus = 1;

static const char states[ECDN_XDP_STATE_MAX][8] = {
	[ECDN_XDP_STATE_NORMAL] = "normal",
	[ECDN_XDP_STATE_LIMITED] = "limited",
	[ECDN_XDP_STATE_EXEMPT] = "exempt",
	[ECDN_XDP_STATE_BLOCKED] = "blocked",
};

static __always_inline __u64 packets_of(const struct ecdn_xdp_drops *drops)
{
	return drops->blocked.packets + drops->prefix_pps.packets + drops->answer_cps.packets +
	       drops->vlan_depth.packets;
}

static __always_inline __u64 bytes_of(const struct ecdn_xdp_drops *drops)
{
	return drops->blocked.bytes + drops->prefix_pps.bytes + drops->answer_cps.bytes +
	       drops->vlan_depth.bytes;
}

/* The state at this time, while region_state is as of the region's last packet. */
static __always_inline __u32 state_of(__u32 region)
{
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	struct ecdn_xdp_limits *limits = bpf_map_lookup_elem(&region_limits, &region);
	struct ecdn_xdp_rate rate;

	if (!shared || !limits)
		return ECDN_XDP_STATE_NORMAL;
	rate = shared->rate;
	return rate_update(&rate, limits, bpf_ktime_get_ns());
}

struct sums {
	__u64 packets, bytes, connections, dropped_packets, dropped_bytes;
};

static __always_inline void add_cpu(struct sums *sums, __u32 region, __u32 id)
{
	const struct ecdn_xdp_region_cpu *row = region_of_cpu(region, id);

	if (!row)
		return;
	sums->packets += row->packets;
	sums->bytes += row->bytes;
	sums->connections += row->connections;
	sums->dropped_packets += packets_of(&row->dropped);
	sums->dropped_bytes += bytes_of(&row->dropped);
}

SEC("iter/bpf_map_elem")
int regions(struct bpf_iter__bpf_map_elem *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	const struct ecdn_xdp_region_name *name = ctx->value;
	const __u32 *key = ctx->key;
	struct sums sums = {};

	if (!key || !name)
		return 0;
	if (!ctx->meta->seq_num)
		/* One string, as before Linux 5.13 no more than six can be printed. */
		BPF_SEQ_PRINTF(seq, "REGION          STATE            PACKETS              BYTES"
			       "  CONNECTIONS         DROPPED      DROPPED_BYTES\n");
	if (!name->name[0])
		return 0;
	for (__u32 id = 0; id < cpus; id++)
		add_cpu(&sums, *key, id);
	BPF_SEQ_PRINTF(seq, "%-15s %-8s %15llu %18llu %12llu %15llu %18llu\n", name->name,
		       states[state_of(*key) & 3], sums.packets, sums.bytes, sums.connections,
		       sums.dropped_packets, sums.dropped_bytes);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
