// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * feed: gives each frame the next of many sources and hands it on: to a program
 * under test, to an interface, or nowhere. The frame that PROG_TEST_RUN repeats
 * stays as the last run left it, so only the source is written.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_helpers.h>

#include "population.h"

__u32 source_v4[POPULATION];
__u32 source_v6[POPULATION][4];
__u32 next_source;              /* not masked: also how many were fed */

const volatile __u32 to_ifindex;

__u8 request[64];               /* what send_request sends */

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

/* The identification makes up for the source in the header's checksum. */
static __always_inline int put_v4(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 source, sum;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return -1;
	source = source_v4[next_source++ & (POPULATION - 1)];
	sum = (source & 0xffff) + (source >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip->saddr = source;
	ip->id = ~sum;
	return 0;
}

static __always_inline int put_v6(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct ipv6hdr *ip = (void *)(eth + 1);
	__u32 index;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return -1;
	index = next_source++ & (POPULATION - 1);
	__builtin_memcpy(&ip->saddr, source_v6[index], sizeof(ip->saddr));
	return 0;
}

SEC("xdp.frags")
int feed_v4(struct xdp_md *ctx)
{
	if (!put_v4(ctx))
		bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED;
}

SEC("xdp.frags")
int feed_v6(struct xdp_md *ctx)
{
	if (!put_v6(ctx))
		bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED;
}

SEC("xdp.frags")
int send_v4(struct xdp_md *ctx)
{
	return put_v4(ctx) ? XDP_ABORTED : bpf_redirect(to_ifindex, 0);
}

/* Live frames come back as who met them has left them, and ping makes replies of them. */
SEC("xdp.frags")
int send_request(struct xdp_md *ctx)
{
	void *frame = (void *)(long)ctx->data;

	if (frame + sizeof(request) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(frame, request, sizeof(request));
	if (put_v4(ctx))
		return XDP_ABORTED;
	return to_ifindex ? bpf_redirect(to_ifindex, 0) : XDP_DROP;
}

SEC("xdp.frags")
int send_nowhere(struct xdp_md *ctx)
{
	return put_v4(ctx) ? XDP_ABORTED : XDP_DROP;
}

SEC("xdp.frags")
int drop(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
