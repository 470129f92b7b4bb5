// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * fold: adds what a CPU has counted of a region to its counters of region 0, "no region", so that
 * the region's id can be given to another one and no packet is forgotten. The agent runs it on the
 * CPU whose rows these are, as a CPU counts without atomic operations: under the lock no interrupt
 * comes in between. Nobody else has to, so the program is loaded for the call.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#include "drops.h"
#include "fold.h"
#include "region_cpu.h"
#include "region_maps.h"

static __always_inline void fold_drops(struct ecdn_xdp_drops *to, struct ecdn_xdp_drops *from)
{
	struct ecdn_xdp_traffic *sum = (struct ecdn_xdp_traffic *)to;
	struct ecdn_xdp_traffic *more = (struct ecdn_xdp_traffic *)from;

	pure_unroll
	for (__u32 i = 0; i < DROPS_REASONS; i++) {
		sum[i].packets += more[i].packets;
		sum[i].bytes += more[i].bytes;
	}
}

/* What is proven was handed over as the region's, so it is no load of region 0. */
static __always_inline void fold_rows(struct ecdn_xdp_region_cpu *to,
				      struct ecdn_xdp_region_cpu *from)
{
	to->packets += from->packets;
	to->bytes += from->bytes;
	to->connections += from->connections;
	to->proven_packets += from->proven_packets;
	to->proven_bytes += from->proven_bytes;
	to->proven_connections += from->proven_connections;
	to->proven_taken += from->proven_connections;
	to->steered += from->steered;
	fold_drops(&to->dropped, &from->dropped);
	fold_drops(&to->would_drop, &from->would_drop);
	__builtin_memset(from, 0, sizeof(*from));
}

SEC("tc")
int fold(struct __sk_buff *skb)
{
	const struct fold *wanted = (void *)(long)skb->data + ETH_HLEN;
	struct ecdn_xdp_region_cpu *to, *from;
	struct ecdn_xdp_region_rate *none;
	__u32 region = ECDN_XDP_REGION_NONE;

	if ((void *)(wanted + 1) > (void *)(long)skb->data_end || !wanted->region)
		return -1;
	to = region_of_cpu(ECDN_XDP_REGION_NONE, wanted->row);
	from = region_of_cpu(wanted->region, wanted->row);
	none = bpf_map_lookup_elem(&region_rate, &region);
	if (!to || !from || !none)
		return -1;
	bpf_spin_lock(&none->lock);
	fold_rows(to, from);
	bpf_spin_unlock(&none->lock);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
