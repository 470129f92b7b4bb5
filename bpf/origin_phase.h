/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * origin_phase.h - how far a connection has come, and what is noted when the first side ends it.
 * Pure: no helper is called.
 */
#ifndef BPF_ORIGIN_PHASE_H
#define BPF_ORIGIN_PHASE_H

#include <stdbool.h>

#include "origin_flow.h"

/* Who waited shorter than this may have ended a connection for another reason than that he got no
 * answer: his own client has left, or another address answered first. */
#define ORIGIN_PATIENCE_NS NS_PER_SECOND

/* How the socket ended. */
struct origin_end {
	__u64 received;         /* bytes of payload */
	__u64 sent;             /* the same, acknowledged */
	__u32 error;            /* errno of the socket; 0: none */
	__u32 retransmits;
	__u32 srtt_us;
	bool fin;               /* the origin's came */
	bool kept;              /* bytes were written, and none is on its way though the origin
				   has room: they do not leave this host */
	bool hears;             /* what ICMP told is known, whoever has read the socket's error */
};

/* Whether its packets were read from the first on. */
static __always_inline bool origin_read(const struct ecdn_xdp_origin_conn *conn)
{
	return conn->content && conn->out.ready && conn->in.ready;
}

/* Whether it is not known what was said last: the thread is lost, or bytes are missing. */
static __always_inline bool origin_lost(const struct ecdn_xdp_origin_conn *conn)
{
	return conn->out.lost || conn->in.lost || conn->in.ahead_from != conn->in.ahead_to;
}

static __always_inline bool origin_shaken(const struct ecdn_xdp_origin_conn *conn)
{
	return conn->out.done && conn->in.done;
}

/* Whether a request waits for its answer to begin. */
static __always_inline bool origin_owes(const struct ecdn_xdp_origin_conn *conn)
{
	if (conn->tls == ORIGIN_HTTP)
		return conn->requests > conn->answers && !origin_amid(&conn->in);
	return conn->owed && conn->tickets != ECDN_XDP_ORIGIN_TICKET_MAYBE;
}

static __always_inline __u64 origin_latest(const struct ecdn_xdp_origin_conn *conn)
{
	__u64 latest = conn->finished_ns ?: conn->began_ns;

	if (conn->asked_ns > latest)
		latest = conn->asked_ns;
	return conn->answered_ns > latest ? conn->answered_ns : latest;
}

/* How long nothing had been said when the first side ended it. */
static __always_inline __u64 origin_quiet(const struct ecdn_xdp_origin_conn *conn)
{
	__u64 latest = origin_latest(conn);

	return conn->closed_ns > latest ? conn->closed_ns - latest : 0;
}

static __always_inline bool origin_patient(const struct ecdn_xdp_origin_conn *conn)
{
	return origin_quiet(conn) >= ORIGIN_PATIENCE_NS;
}

static __always_inline __u8 origin_phase_of_tls(const struct ecdn_xdp_origin_conn *conn)
{
	const struct ecdn_xdp_origin_flow *in = &conn->in;

	if (!conn->out.begun)
		return ECDN_XDP_ORIGIN_SYN_ACK;
	if (!origin_shaken(conn)) {
		if (in->hello || conn->retry || (in->begun && !in->alerted && !in->strange))
			return ECDN_XDP_ORIGIN_SERVER_HELLO;
		return ECDN_XDP_ORIGIN_CLIENT_HELLO;
	}
	if (!conn->requests)
		return ECDN_XDP_ORIGIN_FINISHED;
	if (origin_amid(in))
		return ECDN_XDP_ORIGIN_ANSWER;
	return origin_owes(conn) ? ECDN_XDP_ORIGIN_REQUEST : ECDN_XDP_ORIGIN_BETWEEN;
}

/* enum ecdn_xdp_origin_phase, in which one is whose packets are read. */
static __always_inline __u8 origin_phase_now(const struct ecdn_xdp_origin_conn *conn)
{
	if (conn->tls != ORIGIN_HTTP)
		return origin_phase_of_tls(conn);
	if (!conn->requests && !conn->in.begun)
		return ECDN_XDP_ORIGIN_SYN_ACK;
	if (origin_amid(&conn->in))
		return ECDN_XDP_ORIGIN_ANSWER;
	return origin_owes(conn) ? ECDN_XDP_ORIGIN_REQUEST : ECDN_XDP_ORIGIN_BETWEEN;
}

/* Notes that a side ends it, if none has yet. */
static __always_inline void origin_ends(struct ecdn_xdp_origin_conn *conn, __u8 side, bool reset,
					__u64 now_ns)
{
	if (conn->first)
		return;
	conn->first = side;
	conn->reset = reset;
	conn->closed_ns = now_ns;
	conn->idle = !origin_owes(conn) && !origin_amid(&conn->in);
	conn->leaving = conn->out.goodbye || conn->out.alerted;
	conn->phase = origin_phase_now(conn);
}

/* Notes after a packet of the origin whether it wants no more: a proxy that reads so may end the
 * connection before the origin does. */
static __always_inline void origin_note_goodbye(struct ecdn_xdp_origin_conn *conn)
{
	if (!conn->first)
		conn->dismissed = conn->in.goodbye && !conn->out.goodbye && !conn->out.alerted;
}

/* The phase of one whose packets were not read. */
static __always_inline __u8 origin_phase_of_socket(const struct ecdn_xdp_origin_conn *conn,
						   const struct origin_end *end)
{
	if (!end->received && !end->sent)
		return ECDN_XDP_ORIGIN_SYN_ACK;
	if (conn->plain)
		return end->received ? ECDN_XDP_ORIGIN_ANSWER : ECDN_XDP_ORIGIN_REQUEST;
	return end->received && end->received != 7 ? ECDN_XDP_ORIGIN_SERVER_HELLO :
						     ECDN_XDP_ORIGIN_CLIENT_HELLO;
}

/* enum ecdn_xdp_origin_phase, in which it ended. Where the proxy ended its side alone, the other
 * one may have gone on. */
static __always_inline __u8 origin_phase(const struct ecdn_xdp_origin_conn *conn,
					 const struct origin_end *end)
{
	if (!conn->established)
		return ECDN_XDP_ORIGIN_SYN;
	if (!origin_read(conn))
		return origin_phase_of_socket(conn, end);
	return conn->first == ECDN_XDP_ORIGIN_SIDE_NODE ? origin_phase_now(conn) : conn->phase;
}

#endif
