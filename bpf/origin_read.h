/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * origin_read.h - reads a packet of an origin's connection. Each object reads one direction, and
 * says which by ORIGIN_OUT before it includes this.
 *
 * The record holds all state, the bytes that are being read too: per-CPU memory is no place for
 * them, as a softirq may send while a process of the same CPU does.
 */
#ifndef BPF_ORIGIN_READ_H
#define BPF_ORIGIN_READ_H

#include "origin_flow.h"
#include "origin_packet.h"

/* Steps of a packet: a record or a chunk of a head each. A packet has 64 KiB at the most, or with
 * BIG TCP 512; origins that fill these with records of a few bytes are followed no further. */
#define ORIGIN_STEPS 1024

static __always_inline struct ecdn_xdp_origin_flow *origin_flow(struct ecdn_xdp_origin_conn *conn)
{
	return ORIGIN_OUT ? &conn->out : &conn->in;
}

/* A status was read. */
static __always_inline void origin_count_status(struct ecdn_xdp_origin_conn *conn,
						struct ecdn_xdp_origin_flow *flow)
{
	__u32 row, code = ecdn_xdp_origin_status(conn->status);
	struct ecdn_xdp_origin_stats *stats = origin_counts(conn, &row);

	flow->fresh = 0;
	if (!stats)
		return;
	__sync_fetch_and_add(&stats->status[ecdn_xdp_origin_class(conn->status) & 7], 1);
	if (code < ECDN_XDP_ORIGIN_STATUSES)
		__sync_fetch_and_add(&stats->status[code], 1);
}

/* The second side to end its part of the handshake has seen the other's: one of both counts. */
static __always_inline void origin_count_handshake(struct ecdn_xdp_origin_conn *conn)
{
	struct ecdn_xdp_origin_stats *stats;
	__u32 row;

	conn->shaken = 1;
	conn->finished_ns = bpf_ktime_get_ns();
	stats = origin_counts(conn, &row);
	if (!stats)
		return;
	__sync_fetch_and_add(&stats->handshakes, 1);
	if (conn->resumed)
		__sync_fetch_and_add(&stats->resumed, 1);
}

/* Copies bytes, not more than ORIGIN_CHUNK and at least one, of the packet. */
static __always_inline bool origin_load(struct __sk_buff *skb, struct ecdn_xdp_origin_flow *flow,
					__u32 at, __u32 bytes)
{
	/* In this form the verifiers of 5.10 and 6.1 know the bounds. */
	bytes--;
	barrier_var(bytes);
	bytes = (bytes & (sizeof(flow->chunk) - 1)) + 1;
	return !bpf_skb_load_bytes(skb, at, flow->chunk, bytes);
}

/* Reads on at that byte of the packet; returns at which to go on, 0: nowhere. A function that is
 * verified once. */
__attribute__((noinline)) int origin_step(struct __sk_buff *skb, __u32 at)
{
	struct ecdn_xdp_origin_conn *conn = origin_of(skb);
	__u32 length = skb->len, bytes = length - at;
	struct ecdn_xdp_origin_flow *flow;
	__u64 skip;

	if (!conn || at >= length)
		return 0;
	flow = origin_flow(conn);
	skip = origin_skippable(conn, flow);
	if (skip) {
		if (skip > bytes)
			skip = bytes;
		origin_pass(conn, flow, ORIGIN_OUT, skip);
		return at + (__u32)skip;
	}
	bytes = bytes < ORIGIN_CHUNK ? bytes : ORIGIN_CHUNK;
	if (!origin_load(skb, flow, at, bytes))
		return 0;
	bytes = origin_chunk(conn, flow, ORIGIN_OUT, bytes);
	if (flow->fresh)
		origin_count_status(conn, flow);
	if (!conn->shaken && tls_done(conn))
		origin_count_handshake(conn);
	return origin_stuck(flow) ? 0 : at + bytes;
}

/* Whether a packet on a lost thread shows it again. */
static __always_inline bool origin_find(struct __sk_buff *skb, struct ecdn_xdp_origin_conn *conn,
					struct ecdn_xdp_origin_flow *flow,
					const struct origin_segment *segment)
{
	__u32 end = segment->seq + segment->bytes;

	if (!origin_is_newest(flow, segment->seq, segment->bytes) ||
	    segment->bytes < ORIGIN_ALERT_TAIL)
		return false;
	if (!bpf_skb_load_bytes(skb, segment->at, flow->chunk, 8) &&
	    origin_begins(conn, ORIGIN_OUT, flow->chunk)) {
		origin_regain(conn, flow, ORIGIN_OUT, segment->seq);
		return true;
	}
	if (bpf_skb_load_bytes(skb, segment->at + segment->bytes - ORIGIN_ALERT_TAIL, flow->chunk,
			       TLS_HEAD_SIZE) ||
	    !origin_says_goodbye(conn, flow->chunk))
		return false;
	origin_regain(conn, flow, ORIGIN_OUT, end);
	flow->goodbye = 1;
	return false;
}

/* Notes of a packet that is not read whether it ends with an alert. */
static __always_inline void origin_note_tail(struct __sk_buff *skb,
					     const struct ecdn_xdp_origin_conn *conn,
					     struct ecdn_xdp_origin_flow *flow,
					     const struct origin_segment *segment)
{
	if (segment->bytes < ORIGIN_ALERT_TAIL || flow->ahead_to != segment->seq + segment->bytes)
		return;
	flow->tail = !bpf_skb_load_bytes(skb, segment->at + segment->bytes - ORIGIN_ALERT_TAIL,
					 flow->chunk, TLS_HEAD_SIZE) &&
		     origin_says_goodbye(conn, flow->chunk);
}

/* Reads a packet that has payload. */
static __always_inline void origin_read_segment(struct __sk_buff *skb,
						struct ecdn_xdp_origin_conn *conn,
						const struct origin_segment *segment)
{
	struct ecdn_xdp_origin_flow *flow = origin_flow(conn);
	__u32 at, old;

	if (flow->lost && !origin_find(skb, conn, flow, segment))
		return;
	if (flow->strange)
		return;
	old = origin_enter(conn, flow, ORIGIN_OUT, segment->seq, segment->bytes);
	if (old >= segment->bytes) {
		if (flow->ahead_from != flow->ahead_to)
			origin_note_tail(skb, conn, flow, segment);
		return;
	}
	flow->ack = segment->ack;
	at = segment->at + old;
	for (int i = 0; i < ORIGIN_STEPS; i++) {
		at = origin_step(skb, at);
		if (!at || at >= skb->len)
			break;
	}
	if (at >= skb->len)
		origin_catch_up(conn, flow, ORIGIN_OUT);
	else if (!flow->strange)
		origin_lose(flow, segment->seq + segment->bytes);
}

#endif
