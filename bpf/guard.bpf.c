// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * guard: the XDP program that finds the region of each packet's source, counts the packet
 * and drops it where a limit says so. All others pass to the host's stack; a packet that
 * cannot be understood passes and is counted by the reason.
 */
#include "packet.h"
#include "region.h"
#include "count.h"
#include "limit.h"

/* Set by the loader: 1 where the kernel tells the length of packets in several buffers. */
const volatile __u32 has_frags;

static __always_inline __u32 frame_bytes(struct xdp_md *ctx)
{
	if (has_frags)
		return bpf_xdp_get_buff_len(ctx);
	return ctx->data_end - ctx->data;
}

static __always_inline __u32 counted_region(const struct packet *packet)
{
	struct ecdn_xdp_events *count;
	int region = region_of(packet->family, packet->addr_be);

	if (region >= 0)
		return region;
	count = events_of_cpu();
	if (count)
		count->no_table++;
	return ECDN_XDP_REGION_NONE;
}

static __always_inline int enforce(struct ecdn_xdp_region_stats *stats, enum drop drop,
				   __u32 bytes, bool monitor)
{
	struct ecdn_xdp_drops *drops = monitor ? &stats->would_drop : &stats->dropped;

	switch (drop) {
	case DROP_NONE:
		return XDP_PASS;
	case DROP_BLOCKED:
		count_traffic(&drops->blocked, bytes);
		break;
	case DROP_PREFIX_PPS:
		count_traffic(&drops->prefix_pps, bytes);
		break;
	case DROP_ANSWER_CPS:
		count_traffic(&drops->answer_cps, bytes);
		break;
	}
	return monitor ? XDP_PASS : XDP_DROP;
}

static __always_inline int map_missing(void)
{
	struct ecdn_xdp_events *count = events_of_cpu();

	if (count)
		count->map_missing++;
	return XDP_PASS;
}

SEC("xdp")
int guard(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct packet packet = { .bytes = frame_bytes(ctx) };
	enum packet_kind kind = packet_parse(&packet, data, end);
	struct ecdn_xdp_region_stats *stats;
	struct ecdn_xdp_config *conf;
	struct source source = {};
	struct clock *clock;
	__u32 slot = 0, region;

	if (kind != PACKET_IP) {
		count_other(kind);
		return XDP_PASS;
	}
	if (packet.opaque)
		count_opaque(packet.opaque);

	region = counted_region(&packet);
	stats = bpf_map_lookup_elem(&region_stats, &region);
	conf = bpf_map_lookup_elem(&config, &slot);
	clock = clock_read();
	if (!stats || !conf || !clock)
		return map_missing();

	count_region(stats, &packet);
	source_of(&source, &packet, region, conf->hash_seed);
	count_source(&source, &packet, clock);
	return enforce(stats, judge(conf, &packet, region, &source, clock), packet.bytes,
		       conf->monitor);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
