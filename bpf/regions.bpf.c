// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * regions: a pinned iterator over region_name, so that `cat` prints the table of regions,
 * the CPUs' counts added up, even where ecdn-xdp is not installed.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf_iter.h"
#include "config.h"
#include "drops.h"
#include "rate.h"
#include "region_cpu.h"
#include "region_maps.h"

/* Set by the loader: rows that region_cpu has. */
const volatile __u32 cpus = 1;

static const char states[8][16] = {
	[ECDN_XDP_STATE_NORMAL] = "normal",
	[ECDN_XDP_STATE_LIMITED] = "limited",
	[ECDN_XDP_STATE_EXEMPT] = "exempt",
	[ECDN_XDP_STATE_BLOCKED] = "blocked",
	[ECDN_XDP_STATE_SHIELDED] = "shielded",
};

/*
 * What the surge of a region's claimed or proven rate comes to at this time, enum rate_surge. A
 * global function, as it is verified once then, and the stack has room for one copy.
 */
__attribute__((noinline)) int surge_of(__u32 region, __u32 proven, __u64 now_ns)
{
	const struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	const struct ecdn_xdp_limits *limits = bpf_map_lookup_elem(&region_limits, &region);
	struct ecdn_xdp_rate copy;

	if (!shared || !limits)
		return SURGE_NONE;
	copy = proven ? shared->proven : shared->claimed;
	rate_update(&copy, limits, now_ns);
	return copy.surge;
}

/* The state at this time, while region_state is as of the region's last packet. */
static __always_inline __u32 state_of(__u32 region)
{
	const struct ecdn_xdp_limits *limits = bpf_map_lookup_elem(&region_limits, &region);
	__u64 now_ns = bpf_ktime_get_ns();
	__u32 slot = 0;
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);

	if (!limits || !conf)
		return ECDN_XDP_STATE_NORMAL;
	return rates_state(limits, surge_of(region, 0, now_ns), surge_of(region, 1, now_ns),
			   conf->shield == ECDN_XDP_SHIELD_ON, now_ns);
}

struct sums {
	__u64 packets, bytes, connections, dropped_packets, dropped_bytes;
};

static __always_inline void add_cpu(struct sums *sums, __u32 region, __u32 id)
{
	const struct ecdn_xdp_region_cpu *row = region_of_cpu(region, id);
	struct ecdn_xdp_traffic dropped;

	if (!row)
		return;
	sums->packets += row->packets;
	sums->bytes += row->bytes;
	sums->connections += row->connections;
	dropped = drops_sum(&row->dropped);
	sums->dropped_packets += dropped.packets;
	sums->dropped_bytes += dropped.bytes;
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
		       states[state_of(*key) & 7], sums.packets, sums.bytes, sums.connections,
		       sums.dropped_packets, sums.dropped_bytes);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
