// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * guard: the XDP program that finds the region of each packet's source, counts the packet
 * and drops it where a limit says so. All others pass to the host's stack; a packet that
 * cannot be understood passes and is counted by the reason. One kind of these may be dropped:
 * see meet_deep().
 */
#include "forget.h"
#include "packet.h"
#include "region.h"
#include "count.h"
#include "limit.h"
#include "capture.h"

/* Set by the loader: 1 where the kernel tells the length of packets in several buffers. */
const volatile __u32 has_frags;

/* Padded to the shortest frame of Ethernet; switches pad before or after they add a tag. */
#define PADDED_MIN ETH_ZLEN
#define PADDED_MAX (ETH_ZLEN + sizeof(struct vlan_header))

/*
 * True if the linear part is the whole frame, so that the kernel need not be asked: it ends
 * where the IP header says, or is padded. Other buffers can only follow then if that length
 * is a lie. The sender of the lie must be on this link, as routers forward nothing beyond the
 * length (bridges and tunnels do), and must know where the driver ends the first buffer. Of
 * such a frame the linear part counts, also against a limit of bits/s; the rest is what the
 * stack drops as padding. Limits of packets/s and blocks do not depend on the length.
 */
static __always_inline bool is_linear(const struct packet *packet, __u32 linear)
{
	if (!packet->promised || packet->promised > linear)
		return false;
	return packet->promised == linear || (linear >= PADDED_MIN && linear <= PADDED_MAX);
}

static __always_inline __u32 frame_bytes(struct xdp_md *ctx, const struct packet *packet)
{
	__u32 linear = ctx->data_end - ctx->data;

	if (!has_frags || is_linear(packet, linear))
		return linear;
	return bpf_xdp_get_buff_len(ctx);
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

static __always_inline void count_drop(struct ecdn_xdp_region_cpu *local, enum drop drop,
				       __u32 bytes, __u32 monitor)
{
	struct ecdn_xdp_drops *drops = monitor ? &local->would_drop : &local->dropped;

	switch (drop) {
	case DROP_NONE:
		break;
	case DROP_BLOCKED:
		count_traffic(&drops->blocked, bytes);
		break;
	case DROP_PREFIX_PPS:
		count_traffic(&drops->prefix_pps, bytes);
		break;
	case DROP_ANSWER_CPS:
		count_traffic(&drops->answer_cps, bytes);
		break;
	case DROP_VLAN_DEPTH:
		count_traffic(&drops->vlan_depth, bytes);
		break;
	case DROP_NO_SOCKET:
		count_traffic(&drops->no_socket, bytes);
		break;
	case DROP_TRUSTED_PPS:
		count_traffic(&drops->trusted_pps, bytes);
		break;
	}
}

/* monitor: not 0 in monitor mode. No bool, of which each way would have its constant. */
static __always_inline int enforce(struct xdp_md *ctx, const struct ecdn_xdp_config *conf,
				   struct ecdn_xdp_region_cpu *local, __u32 region,
				   enum drop drop, __u32 bytes, __u32 monitor)
{
	if (drop == DROP_NONE)
		return XDP_PASS;
	count_drop(local, drop, bytes, monitor);
	/* The reasons of drops have the order of enum drop. */
	if (conf->capture)
		capture_packet(ctx, region, bytes,
			       (drop - 1) | (monitor ? CAPTURE_MONITOR : 0));
	return monitor ? XDP_PASS : XDP_DROP;
}

static __always_inline int map_missing(void)
{
	struct ecdn_xdp_events *count = events_of_cpu();

	if (count)
		count->map_missing++;
	return XDP_PASS;
}

static __always_inline int guard_ip(struct xdp_md *ctx, const struct packet *packet)
{
	__u32 slot = 0, region = counted_region(packet), id = bpf_get_smp_processor_id();
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);
	struct ecdn_xdp_region_cpu *local = region_of_cpu(region, id);
	struct ecdn_xdp_cpu *now = cpu_now(id);
	struct meeting meeting = {};
	enum drop drop = DROP_NONE;
	struct source source = {};
	enum standing standing;
	__u32 monitor, step;

	if (!conf || !local || !now)
		return map_missing();

	now->packets++;
	count_region(local, packet);
	monitor = conf->monitor;
	standing = standing_of(conf, packet, now, id);
	if (standing && !measure(ctx, conf, packet, standing, region, local, now, id))
		standing = STANDING_FREE;
	if (standing && in_surge(local->state))
		meeting_of(&meeting, ctx, conf, packet, standing, now, id);
	step = pace_sample(now, local->state);
	if (step) {
		source_of(&source, packet, region, meeting.share, conf->hash_seed);
		count_source(&source, packet, now, id, step);
	}
	if (standing)
		drop = judge(packet, region, &source, &meeting, local, now, id);
	if (drop && standing == STANDING_OVER) {
		drop = DROP_TRUSTED_PPS;
		monitor |= now->now_ns < conf->ceiling_from_ns;
	}
	return enforce(ctx, conf, local, region, drop, packet->bytes, monitor);
}

/*
 * A frame with more tags than are followed. Linux strips any number of priority tags, so it may
 * hold what a limit is to stop, and nobody sends it in earnest: it counts in region 0 and is
 * dropped while anything is protected.
 */
static __always_inline int meet_deep(struct xdp_md *ctx)
{
	__u32 slot = 0, id = bpf_get_smp_processor_id();
	struct ecdn_xdp_region_cpu *local = region_of_cpu(ECDN_XDP_REGION_NONE, id);
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);
	struct packet packet = {};

	if (!local || !conf)
		return map_missing();
	packet.bytes = frame_bytes(ctx, &packet);
	count_region(local, &packet);
	return enforce(ctx, conf, local, ECDN_XDP_REGION_NONE,
		       conf->protect ? DROP_VLAN_DEPTH : DROP_NONE, packet.bytes, conf->monitor);
}

/* Each way through the parser ends with others of these constants. Of the address the verifier
 * knows nothing. What is tested less often is not worth the packet's time. */
static __always_inline void forget_ways(struct packet *packet)
{
	__u64 noise = packet->addr_be[0];

	packet->opaque = forget_value(packet->opaque, noise);
	packet->has_port = forget_value(packet->has_port, noise);
	packet->proto = forget_value(packet->proto, noise);
}

SEC("xdp")
int guard(struct xdp_md *ctx)
{
	struct packet packet = {};
	enum packet_kind kind = packet_parse(&packet, ctx);

	if (kind != PACKET_IP) {
		count_other(kind);
		return kind == PACKET_VLAN_DEEP ? meet_deep(ctx) : XDP_PASS;
	}
	forget_ways(&packet);
	packet.bytes = frame_bytes(ctx, &packet);
	if (packet.opaque)
		count_opaque(packet.opaque);
	return guard_ip(ctx, &packet);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
