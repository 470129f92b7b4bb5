/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * capture.h - dropped packets are sent to whoever captures them, as many as were asked for. While
 * nobody captures, a packet that is dropped pays for one look at config.capture, and one that
 * passes for nothing.
 */
#ifndef BPF_CAPTURE_H
#define BPF_CAPTURE_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "cpu.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_capture_rule);
} capture_rule SEC(".maps");

/* The loader sizes both maps: each CPU has its own row. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_capture_cpu);
} capture_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} capture_packets SEC(".maps");

#define CAPTURE_ONE 65536ULL
/* After so many jiffies even the least rate gives a packet. */
#define CAPTURE_IDLE 65536ULL
#define CAPTURE_MONITOR 0x100

/* True if this CPU may send one more packet. It saves up one packet and what one jiffy gives: less
 * would lose a part of the rate at each jiffy that ends with a part of a packet. */
static __always_inline bool capture_take(struct ecdn_xdp_capture_cpu *own, __u32 per_jiffy_q16,
					 __u64 jiffies)
{
	__u64 idle = jiffies - own->jiffies, credit = own->credit_q16;
	__u64 most = CAPTURE_ONE + per_jiffy_q16;

	if (idle) {
		own->jiffies = jiffies;
		credit += (idle < CAPTURE_IDLE ? idle : CAPTURE_IDLE) * per_jiffy_q16;
		credit = credit < most ? credit : most;
	}
	own->credit_q16 = credit < CAPTURE_ONE ? credit : credit - CAPTURE_ONE;
	return credit >= CAPTURE_ONE;
}

static __always_inline bool capture_wants(const struct ecdn_xdp_capture_rule *rule, __u32 region,
					  __u32 reason)
{
	return (rule->region == ~0U || rule->region == region) &&
	       rule->reasons >> (reason & 31) & 1;
}

static __always_inline void capture_output(struct xdp_md *ctx, struct ecdn_xdp_captured *packet,
					   struct ecdn_xdp_capture_cpu *own)
{
	__u64 flags = (__u64)packet->snap_bytes << 32 | BPF_F_CURRENT_CPU;

	packet->time_ns = bpf_ktime_get_ns();
	packet->ifindex = ctx->ingress_ifindex;
	packet->queue = ctx->rx_queue_index;
	if (bpf_perf_event_output(ctx, &capture_packets, flags, packet, sizeof(*packet)))
		own->failed++;
	else
		own->sent++;
}

/*
 * what: an enum ecdn_xdp_drop_reason, and CAPTURE_MONITOR if the packet passes all the same. Once
 * the time is over up to which packets are captured, as their reader was killed, config.capture is
 * taken back, so that packets no longer come here.
 */
__attribute__((noinline)) int capture_packet(struct xdp_md *ctx, __u32 region, __u32 bytes,
					     __u32 what)
{
	__u32 slot = 0, id = bpf_get_smp_processor_id(), reason = what & (CAPTURE_MONITOR - 1);
	struct ecdn_xdp_capture_rule *rule = bpf_map_lookup_elem(&capture_rule, &slot);
	struct ecdn_xdp_capture_cpu *own = bpf_map_lookup_elem(&capture_cpu, &id);
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);
	struct ecdn_xdp_cpu *now = cpu_now(id);
	struct ecdn_xdp_captured packet = {
		.region = region,
		.reason = reason,
		.bytes = bytes,
		.cpu = id,
		.monitor = what / CAPTURE_MONITOR & 1,
	};

	if (!rule || !own || !conf || !now)
		return 0;
	if (now->now_ns >> ECDN_XDP_CAPTURE_SPAN >= conf->capture) {
		conf->capture = 0;
		return 0;
	}
	if (!capture_wants(rule, region, reason))
		return 0;
	own->matched++;
	if (!capture_take(own, rule->per_jiffy_q16, now->jiffies))
		return 0;
	packet.matched = own->matched;
	packet.sent = own->sent + 1;
	packet.snap_bytes = bytes < rule->snap_bytes ? bytes : rule->snap_bytes;
	capture_output(ctx, &packet, own);
	return 0;
}

#endif
