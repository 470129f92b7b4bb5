/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * origin_flow.h - how far a direction of a connection was read: what a packet adds to that, and
 * what is said when one was missed. Pure: no helper is called.
 *
 * Sequence numbers are the flow's own. What the socket expects next lags behind while a process
 * holds it, and packets wait.
 *
 * A packet that comes before others in front of it is not read. It need not be, if those and it
 * lie within a body or record; else what was left out is passed by later, if that fits into one,
 * or the thread is lost. It is found again where a packet begins as a record or an answer does.
 */
#ifndef BPF_ORIGIN_FLOW_H
#define BPF_ORIGIN_FLOW_H

#include <stdbool.h>

#include "forget.h"
#include "http.h"
#include "tls.h"

#define ORIGIN_TLS 1
#define ORIGIN_HTTP 2

#define ORIGIN_CHUNK 24         /* bytes of chunk that are read at once */
#define ORIGIN_FAR (1U << 23)   /* no packet is that far ahead of another */

/* What an alert that is sealed has at the end of a packet, its head included. */
#define ORIGIN_ALERT_TAIL 24

/* Which protocol a flow is read as: until the node has spoken, that of the port. */
static __always_inline __u8 origin_protocol(const struct ecdn_xdp_origin_conn *conn)
{
	if (conn->tls)
		return conn->tls;
	return conn->plain ? ORIGIN_HTTP : ORIGIN_TLS;
}

/* Whether a record or an answer has begun that is not whole. */
static __always_inline bool origin_amid(const struct ecdn_xdp_origin_flow *flow)
{
	return flow->left || flow->lack || (flow->step && flow->step != HTTP_OPAQUE);
}

/* How many of the next bytes need not be seen. */
static __always_inline __u64 origin_skippable(const struct ecdn_xdp_origin_conn *conn,
					      const struct ecdn_xdp_origin_flow *flow)
{
	return origin_protocol(conn) == ORIGIN_TLS ? tls_skippable(flow) : http_skippable(flow);
}

static __always_inline void origin_pass(struct ecdn_xdp_origin_conn *conn,
					struct ecdn_xdp_origin_flow *flow, bool out, __u64 bytes)
{
	flow->next += bytes;
	if (origin_protocol(conn) == ORIGIN_TLS)
		tls_pass(conn, flow, out, bytes);
	else
		http_pass(conn, flow, out, bytes);
}

/* The node's first byte tells the protocol. What came before that was read as another is lost. */
static __always_inline void origin_tell(struct ecdn_xdp_origin_conn *conn,
					struct ecdn_xdp_origin_flow *flow, __u8 byte)
{
	__u8 guess = origin_protocol(conn);

	flow->begun = TLS_BEGUN;
	if (byte == TLS_HANDSHAKE)
		conn->tls = ORIGIN_TLS;
	else if (byte >= 'A' && byte <= 'Z')
		conn->tls = ORIGIN_HTTP;
	else
		flow->lost = 1;
	if (conn->in.begun && guess != conn->tls) {
		conn->in.strange = 0;
		conn->in.lost = 1;
	}
}

/* Whether no more of the flow can be read. */
static __always_inline bool origin_stuck(const struct ecdn_xdp_origin_flow *flow)
{
	return flow->lost || flow->strange;
}

/* Reads bytes of the chunk; returns how many: up to what can be passed by, or a status. */
static __always_inline __u32 origin_chunk_of_tls(struct ecdn_xdp_origin_conn *conn,
						 struct ecdn_xdp_origin_flow *flow, bool out,
						 __u32 bytes)
{
	__u32 at;

	for (at = 0; at < ORIGIN_CHUNK; at++) {
		if (at >= bytes || origin_stuck(flow) || tls_skippable(flow))
			break;
		flow->next++;
		tls_byte(conn, flow, out, flow->chunk[at], flow->ack);
		forget_read();
	}
	return at;
}

static __always_inline __u32 origin_chunk_of_http(struct ecdn_xdp_origin_conn *conn,
						  struct ecdn_xdp_origin_flow *flow, bool out,
						  __u32 bytes)
{
	__u32 at;

	for (at = 0; at < ORIGIN_CHUNK; at++) {
		if (at >= bytes || flow->fresh || origin_stuck(flow) || http_skippable(flow))
			break;
		flow->next++;
		http_byte(conn, flow, out, flow->chunk[at]);
		forget_read();
	}
	return at;
}

static __always_inline __u32 origin_chunk(struct ecdn_xdp_origin_conn *conn,
					  struct ecdn_xdp_origin_flow *flow, bool out, __u32 bytes)
{
	if (out && !flow->begun)
		origin_tell(conn, flow, flow->chunk[0]);
	if (origin_protocol(conn) == ORIGIN_TLS)
		return origin_chunk_of_tls(conn, flow, out, bytes);
	return origin_chunk_of_http(conn, flow, out, bytes);
}

/* A packet is not read now. */
static __always_inline void origin_ahead(struct ecdn_xdp_origin_flow *flow, __u32 seq, __u32 bytes)
{
	if (flow->ahead_from == flow->ahead_to) {
		flow->ahead_from = seq;
		flow->ahead_to = seq + bytes;
	}
	if ((__s32)(seq - flow->ahead_from) < 0)
		flow->ahead_from = seq;
	if ((__s32)(seq + bytes - flow->ahead_to) > 0)
		flow->ahead_to = seq + bytes;
}

/* How many of a packet's bytes were read before; all of them: it need not be read. */
static __always_inline __u32 origin_enter(struct ecdn_xdp_origin_conn *conn,
					  struct ecdn_xdp_origin_flow *flow, bool out, __u32 seq,
					  __u32 bytes)
{
	__u32 gap = seq - flow->next, old = flow->next - seq;

	if ((__s32)gap <= 0)
		return old < bytes ? old : bytes;
	if (gap > ORIGIN_FAR)
		return bytes;
	if (origin_skippable(conn, flow) < gap) {
		origin_ahead(flow, seq, bytes);
		return bytes;
	}
	origin_pass(conn, flow, out, gap);
	return 0;
}

/* The thread is found again at a record's or an answer's begin, or behind a last alert. Data came
 * meanwhile. */
static __always_inline void origin_regain(struct ecdn_xdp_origin_conn *conn,
					  struct ecdn_xdp_origin_flow *flow, bool out, __u32 seq)
{
	flow->next = seq;
	flow->ahead_from = flow->ahead_to = seq;
	flow->tail = 0;
	flow->left = flow->skip = flow->message = 0;
	flow->step = flow->lack = flow->field = 0;
	flow->lost = 0;
	if (out)
		return;
	if (conn->tls == ORIGIN_TLS) {
		conn->answers++;
		conn->owed = 0;
	} else if (conn->requests) {
		conn->answers = conn->requests - 1;
	}
}

/* A packet of a lost thread; whether nothing behind it has come before, so that the thread may go
 * on with it. What is sent again and came before others in the first place leads nowhere. */
static __always_inline bool origin_is_newest(struct ecdn_xdp_origin_flow *flow, __u32 seq,
					     __u32 bytes)
{
	__u32 ahead = seq - flow->ahead_to;

	if (ahead > ORIGIN_FAR)
		return false;
	flow->ahead_from = flow->ahead_to = seq + bytes;
	return true;
}

/* The thread is lost in a packet. */
static __always_inline void origin_lose(struct ecdn_xdp_origin_flow *flow, __u32 end)
{
	flow->lost = 1;
	if (flow->ahead_from == flow->ahead_to || (__s32)(end - flow->ahead_to) > 0)
		flow->ahead_to = end;
	flow->ahead_from = flow->ahead_to;
}

/* Whether a packet begins as a record or an answer does; head: its first eight bytes. */
static __always_inline bool origin_begins(const struct ecdn_xdp_origin_conn *conn, bool out,
					  const __u8 head[8])
{
	if (conn->tls == ORIGIN_TLS)
		return (head[0] == TLS_DATA || head[0] == TLS_ALERT) && head[1] == 3 &&
		       head[2] == 3 && (head[3] << 8 | head[4]) <= TLS_RECORD_MAX;
	return !out && head[0] == 'H' && head[1] == 'T' && head[2] == 'T' && head[3] == 'P' &&
	       head[4] == '/' && head[5] == '1' && head[6] == '.';
}

/* Whether a packet ends with a sealed alert of TLS 1.3; tail: its last ORIGIN_ALERT_TAIL bytes. */
static __always_inline bool origin_says_goodbye(const struct ecdn_xdp_origin_conn *conn,
						const __u8 tail[TLS_HEAD_SIZE])
{
	return tls_is_1_3(conn) && tail[0] == TLS_DATA && tail[1] == 3 && tail[2] == 3 &&
	       !tail[3] && tail[4] == ORIGIN_ALERT_TAIL - TLS_HEAD_SIZE;
}

/* A packet was read: what came before it and was left out is passed by, if it can be. */
static __always_inline void origin_catch_up(struct ecdn_xdp_origin_conn *conn,
					    struct ecdn_xdp_origin_flow *flow, bool out)
{
	__u32 bytes = flow->ahead_to - flow->next;
	__u8 tail = flow->tail;

	if (flow->ahead_from == flow->ahead_to || (__s32)(flow->next - flow->ahead_from) < 0)
		return;
	flow->ahead_from = flow->ahead_to;
	flow->tail = 0;
	if ((__s32)bytes <= 0)
		return;
	if (origin_skippable(conn, flow) >= bytes) {
		origin_pass(conn, flow, out, bytes);
	} else if (tail) {
		origin_regain(conn, flow, out, flow->ahead_to);
		flow->goodbye = 1;
	} else {
		flow->lost = 1;
	}
}

#endif
