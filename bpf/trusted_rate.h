/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * trusted_rate.h - the arithmetic of ceilings: what a CPU counts of a trusted prefix in a line of
 * its own, and hands over to the prefix's row, which all CPUs share. Time is an argument and no
 * helper is called, so that the kernel, the readers of its maps and the unit tests run the same
 * code.
 *
 * A ceiling is a token bucket (bucket.h), from which a CPU leases 1/256 s worth. What is left of
 * a lease goes back when another prefix takes the line: otherwise two that share one would spend
 * a lease with each packet.
 */
#ifndef BPF_TRUSTED_RATE_H
#define BPF_TRUSTED_RATE_H

#include "bucket.h"
#include "prefix.h"
#include "rate.h"

/* The tokens of a CPU where there is no ceiling: more than a jiffy has packets. */
#define TRUSTED_RATE_UNLIMITED 0xffffffff

/* Which line of a CPU a prefix has. Indices can be guessed: without a secret one could forge two
 * that share a line in turn, and have each packet take the locks of both rows. */
static __always_inline __u32 trusted_rate_line(__u32 key, __u64 seed)
{
	return prefix_hash(key & ECDN_XDP_ENTRY_NODE, seed) & (ECDN_XDP_TRUSTED_LINES - 1);
}

/* Both ceilings of a prefix, as a CPU leases from their buckets. */
struct trusted_leases {
	struct ecdn_xdp_lease pps, cps;
};

static __always_inline void trusted_rate_lease(struct ecdn_xdp_lease *lease, __u64 limit)
{
	lease->batch = bucket_batch(limit);
	lease->cost_ns = bucket_cost(limit, lease->batch);
	lease->depth_ns = bucket_depth(limit);
}

/* The ceilings of a prefix. own: what it has of its own, or NULL. */
static __always_inline void trusted_rate_ceilings(const struct ecdn_xdp_config *config, __u32 key,
						  const struct ecdn_xdp_trusted_ceiling *own,
						  __u64 *pps, __u64 *cps)
{
	int node = !(key & ECDN_XDP_ENTRY_NO_NODE);

	*pps = node ? config->node_pps : config->allow_pps;
	*cps = node ? config->node_cps : config->allow_cps;
	if (own && own->own & ECDN_XDP_CEILING_PPS)
		*pps = own->pps;
	if (own && own->own & ECDN_XDP_CEILING_CPS)
		*cps = own->cps;
}

static __always_inline void trusted_rate_leases(struct trusted_leases *leases,
						const struct ecdn_xdp_config *config, __u32 key,
						const struct ecdn_xdp_trusted_ceiling *own)
{
	__u64 pps, cps;

	trusted_rate_ceilings(config, key, own, &pps, &cps);
	trusted_rate_lease(&leases->pps, pps);
	trusted_rate_lease(&leases->cps, cps);
}

/* Brings the two spans of a row's rate up to a time. */
static __always_inline void trusted_rate_roll(struct ecdn_xdp_trusted_rate *row, __u64 now_ns)
{
	__u64 number = now_ns >> RATE_SLOW_SPAN;
	int next = number == row->span + 1;

	if (number <= row->span)
		return;
	row->span_packets[1] = next ? row->span_packets[0] : 0;
	row->span_connections[1] = next ? row->span_connections[0] : 0;
	row->span_packets[0] = 0;
	row->span_connections[0] = 0;
	row->span = number;
}

/* Adds to the row what the CPU has counted since it last did. What belongs to a prefix that had
 * the index before is dropped. The caller holds the row's lock. */
static __always_inline void trusted_rate_hand_over(struct ecdn_xdp_trusted_rate *row,
						   const struct ecdn_xdp_trusted_line *line)
{
	__u64 number = line->seen_ns >> RATE_SLOW_SPAN;
	int at;

	if (line->born != row->born || !line->packets)
		return;
	row->packets += line->packets;
	row->bytes += line->bytes;
	row->connections += line->connections;
	row->over_packets += line->over_packets;
	row->over_bytes += line->over_bytes;
	if (line->seen_ns > row->last_seen_ns)
		row->last_seen_ns = line->seen_ns;
	trusted_rate_roll(row, line->seen_ns);
	if (number + 1 < row->span)
		return;
	at = number < row->span;
	row->span_packets[at] += line->packets;
	row->span_connections[at] += line->connections;
}

/* Less than a ns is lost, and none gained. */
static __always_inline void trusted_rate_refund(__u64 *spent_ns, const struct ecdn_xdp_lease *lease,
						__u32 tokens)
{
	if (lease->batch && tokens <= lease->batch)
		*spent_ns -= tokens * lease->cost_ns / lease->batch;
}

/* Forgets what a line has counted: it is handed over, or its row is gone. */
static __always_inline void trusted_rate_empty(struct ecdn_xdp_trusted_line *line)
{
	line->packets = 0;
	line->connections = 0;
	line->bytes = 0;
	line->over_packets = 0;
	line->over_bytes = 0;
}

/* Hands over for the last time, as another prefix gets the line. Under the row's lock, so that no
 * reader finds the counts in both. */
static __always_inline void trusted_rate_leave(struct ecdn_xdp_trusted_rate *row,
					       struct ecdn_xdp_trusted_line *line,
					       const struct trusted_leases *leases)
{
	trusted_rate_hand_over(row, line);
	trusted_rate_empty(line);
	if (line->born != row->born)
		return;
	trusted_rate_refund(&row->pps_ns, &leases->pps, line->pps.tokens);
	trusted_rate_refund(&row->cps_ns, &leases->cps, line->cps.tokens);
}

/* 1 if the CPU must ask for tokens of that kind. */
static __always_inline int trusted_rate_lacks(const struct ecdn_xdp_credit *credit, __u32 jiffy)
{
	return !credit->tokens && !credit_denied(credit, jiffy);
}

/* Gives the CPU tokens if it wants one, has none, and the bucket has some. */
static __always_inline void trusted_rate_supply(struct ecdn_xdp_credit *credit, __u64 *spent_ns,
						const struct ecdn_xdp_lease *lease, int wants,
						__u32 jiffy, __u64 now_ns)
{
	if (!lease->batch) {
		credit->tokens = TRUSTED_RATE_UNLIMITED;
		return;
	}
	/* The ceiling was lowered since the lease, or there was none. */
	if (credit->tokens > lease->batch)
		credit->tokens = lease->batch;
	if (!wants || !trusted_rate_lacks(credit, jiffy))
		return;
	if (bucket_lease(spent_ns, lease->cost_ns, lease->depth_ns, now_ns))
		credit->tokens = lease->batch;
	else
		credit->denied = jiffy;
}

/* Gives an empty line to a prefix whose row cannot be found: it is not measured. */
static __always_inline void trusted_rate_adrift(struct ecdn_xdp_trusted_line *line)
{
	line->born = 0;
	line->pps.tokens = TRUSTED_RATE_UNLIMITED;
	line->cps.tokens = TRUSTED_RATE_UNLIMITED;
}

/* Hands over, and supplies the CPU for what follows. Under the row's lock. */
static __always_inline void trusted_rate_meet(struct ecdn_xdp_trusted_rate *row,
					      struct ecdn_xdp_trusted_line *line,
					      const struct trusted_leases *leases, int opens,
					      __u32 jiffy, __u64 now_ns)
{
	trusted_rate_hand_over(row, line);
	trusted_rate_empty(line);
	line->born = row->born;
	trusted_rate_supply(&line->pps, &row->pps_ns, &leases->pps, 1, jiffy, now_ns);
	trusted_rate_supply(&line->cps, &row->cps_ns, &leases->cps, opens, jiffy, now_ns);
}

/* 1 if the line has to meet its row before a packet of the prefix can be judged. */
static __always_inline int trusted_rate_is_due(const struct ecdn_xdp_trusted_line *line, __u32 key,
					       int opens, __u32 jiffy)
{
	return line->key != key || line->jiffy != jiffy ||
	       trusted_rate_lacks(&line->pps, jiffy) ||
	       (opens && trusted_rate_lacks(&line->cps, jiffy));
}

/* Counts a packet. 1 if it is within the ceilings, whose tokens it spends, else 0. */
static __always_inline int trusted_rate_count(struct ecdn_xdp_trusted_line *line, __u32 bytes,
					      int opens, __u64 now_ns)
{
	int within = line->pps.tokens && (!opens || line->cps.tokens);

	line->packets++;
	line->bytes += bytes;
	line->connections += !!opens;
	line->seen_ns = now_ns;
	if (!within) {
		line->over_packets++;
		line->over_bytes += bytes;
		return 0;
	}
	line->pps.tokens--;
	if (opens)
		line->cps.tokens--;
	return 1;
}

#endif
