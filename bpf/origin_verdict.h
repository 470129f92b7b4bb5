/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * origin_verdict.h - from what was seen of a connection to why it ended, and who ended it. Pure:
 * no helper is called, so that the unit tests run the same code.
 *
 * Packets alone judge nothing that the socket knows better: a forged RST is seen, too, but only
 * one that TCP has taken sets the socket's error. The side is who ended it: the origin, the proxy
 * on this host, or this host's kernel; nobody, where the network did.
 */
#ifndef BPF_ORIGIN_VERDICT_H
#define BPF_ORIGIN_VERDICT_H

#include <linux/errno.h>

#include "origin_phase.h"

/* An end without close_notify cuts an answer that came within this time before it. Later than
 * that the connection has lain in the proxy's pool. */
#define ORIGIN_ABRUPT_NS (NS_PER_SECOND / 10)

struct origin_verdict {
	__u8 cause;             /* enum ecdn_xdp_origin_cause */
	__u8 side;              /* enum ecdn_xdp_origin_side */
	__u8 alert;             /* as in a failure */
};

#define ORIGIN_SAY(what, who) \
	((struct origin_verdict){ ECDN_XDP_ORIGIN_##what, ECDN_XDP_ORIGIN_SIDE_##who, 255 })

/* Who ends a connection by closing it without a FIN before. */
static __always_inline __u8 origin_closer(__u32 error)
{
	switch (error) {
	case 0: return ECDN_XDP_ORIGIN_SIDE_NODE;
	case ECONNRESET:
	case ECONNREFUSED:
	case EPIPE: return ECDN_XDP_ORIGIN_SIDE_ORIGIN;
	}
	return ECDN_XDP_ORIGIN_SIDE_HOST;
}

/*
 * Whether bytes that were written and are not on their way would be, if nothing on this host kept
 * them: TCP waits where the origin has room for less than a segment of them, so that an origin with
 * a small window could else have its failures taken for this host's.
 */
static __always_inline bool origin_has_room(__u32 written, __u32 window, __u32 mss)
{
	return written && window && window >= (written < mss ? written : mss);
}

/* An errno of ICMP's while it connected. */
static __always_inline struct origin_verdict origin_by_icmp(__u32 error)
{
	return error == ECONNREFUSED ? ORIGIN_SAY(REFUSED, ORIGIN) : ORIGIN_SAY(UNREACHABLE, NONE);
}

/*
 * One that TCP did not establish. A SYN that a host's own firewall takes away never comes to the
 * programs that read packets.
 */
static __always_inline struct origin_verdict
origin_judge_syn(const struct ecdn_xdp_origin_conn *conn, const struct origin_end *end)
{
	if (conn->content && !conn->out.ready)
		return ORIGIN_SAY(REJECTED_HERE, HOST);
	if (end->error == ETIMEDOUT)
		return conn->error ? origin_by_icmp(conn->error) :
				     ORIGIN_SAY(CONNECT_TIMEOUT, HOST);
	if (end->error == ECONNABORTED)
		return ORIGIN_SAY(ABORTED, HOST);
	if (end->error || conn->error)
		return origin_by_icmp(end->error ?: conn->error);
	if (end->hears && !end->retransmits &&
	    conn->closed_ns - conn->began_ns < ORIGIN_PATIENCE_NS)
		return ORIGIN_SAY(ABORTED, NODE);
	return ORIGIN_SAY(NO_ANSWER_TO_SYN, NODE);
}

/* One that is ended before anything was sent: a spare one, or the origin wants no connection. */
static __always_inline struct origin_verdict
origin_judge_unused(const struct ecdn_xdp_origin_conn *conn)
{
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_NODE)
		return ORIGIN_SAY(IDLE, NODE);
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_HOST)
		return ORIGIN_SAY(IDLE, HOST);
	if (conn->plain && origin_patient(conn))
		return ORIGIN_SAY(IDLE, ORIGIN);
	if (conn->plain)
		return ORIGIN_SAY(CLOSED_UNANSWERED, ORIGIN);
	return conn->reset ? ORIGIN_SAY(HANDSHAKE_RESET, ORIGIN) :
			     ORIGIN_SAY(HANDSHAKE_CLOSED, ORIGIN);
}

/* By the socket alone: how much came back. What it was is not known, so that an end after an
 * answer is none of a failure unless the kernel says so. */
static __always_inline struct origin_verdict
origin_judge_socket(const struct ecdn_xdp_origin_conn *conn, const struct origin_end *end)
{
	bool plain = conn->plain, lost = end->error == ETIMEDOUT && end->retransmits;

	/* What was sent, and nobody acknowledged, is not in end->sent. */
	if (!end->received && !end->sent && !lost)
		return origin_judge_unused(conn);
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_HOST) {
		if (end->error != ETIMEDOUT)
			return ORIGIN_SAY(ABORTED, HOST);
		if (plain)
			return ORIGIN_SAY(HTTP_TIMEOUT, HOST);
		return end->received ? ORIGIN_SAY(TIMEOUT, HOST) :
				       ORIGIN_SAY(HANDSHAKE_TIMEOUT, HOST);
	}
	if (!plain && end->received == 7)
		return ORIGIN_SAY(ALERT_BY_ORIGIN, ORIGIN);
	if (end->received)
		return conn->reset ? ORIGIN_SAY(UNTOLD, ORIGIN) : ORIGIN_SAY(OK, NONE);
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_ORIGIN) {
		if (plain)
			return ORIGIN_SAY(CLOSED_UNANSWERED, ORIGIN);
		return conn->reset ? ORIGIN_SAY(HANDSHAKE_RESET, ORIGIN) :
				     ORIGIN_SAY(HANDSHAKE_CLOSED, ORIGIN);
	}
	if (!origin_patient(conn))
		return ORIGIN_SAY(ABORTED, NODE);
	return plain ? ORIGIN_SAY(HTTP_NO_ANSWER, NODE) : ORIGIN_SAY(HANDSHAKE_SILENCE, NODE);
}

static __always_inline struct origin_verdict origin_alert(struct origin_verdict verdict, __u8 alert)
{
	verdict.alert = alert;
	return verdict;
}

/* TLS, and its handshake is not done. */
static __always_inline struct origin_verdict
origin_judge_handshake(const struct ecdn_xdp_origin_conn *conn, const struct origin_end *end)
{
	const struct ecdn_xdp_origin_flow *in = &conn->in, *out = &conn->out;

	if (in->strange)
		return ORIGIN_SAY(NOT_TLS, ORIGIN);
	if (in->alerted)
		return origin_alert(ORIGIN_SAY(ALERT_BY_ORIGIN, ORIGIN), in->alert);
	/* Of an origin that closes, libraries complain by an alert: the end was first. */
	if (out->alerted && (conn->first != ECDN_XDP_ORIGIN_SIDE_ORIGIN || conn->leaving))
		return origin_alert(ORIGIN_SAY(ALERT_BY_NODE, NODE), out->alert);
	if (end->kept && conn->first != ECDN_XDP_ORIGIN_SIDE_NODE)
		return ORIGIN_SAY(REJECTED_HERE, HOST);
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_HOST)
		return end->error == ETIMEDOUT ? ORIGIN_SAY(HANDSHAKE_TIMEOUT, HOST) :
						 ORIGIN_SAY(ABORTED, HOST);
	if (origin_lost(conn))
		return ORIGIN_SAY(UNTOLD, NONE);
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_ORIGIN)
		return conn->reset ? ORIGIN_SAY(HANDSHAKE_RESET, ORIGIN) :
				     ORIGIN_SAY(HANDSHAKE_CLOSED, ORIGIN);
	if (origin_patient(conn))
		return ORIGIN_SAY(HANDSHAKE_SILENCE, NODE);
	return in->hello ? ORIGIN_SAY(HUNG_UP_BY_NODE, NODE) : ORIGIN_SAY(ABORTED, NODE);
}

/* An end that crossed a request on its way: the origin had not seen that. A proxy sends it again
 * on another connection. */
static __always_inline bool origin_crossed(const struct ecdn_xdp_origin_conn *conn,
					   const struct origin_end *end)
{
	__u64 since_ns = conn->closed_ns - conn->asked_ns;

	return conn->answers && since_ns < end->srtt_us * 1500ULL;
}

/* TLS after the handshake, and the proxy has ended it. */
static __always_inline struct origin_verdict
origin_judge_node(const struct ecdn_xdp_origin_conn *conn)
{
	bool patient = origin_patient(conn);

	if (!conn->requests)
		return patient ? ORIGIN_SAY(IDLE, NODE) : ORIGIN_SAY(HUNG_UP_BY_NODE, NODE);
	if (conn->idle || (!origin_amid(&conn->in) && !origin_owes(conn)))
		return patient ? ORIGIN_SAY(IDLE, NODE) : ORIGIN_SAY(OK, NONE);
	if (!patient)
		return ORIGIN_SAY(ABORTED, NODE);
	return origin_amid(&conn->in) ? ORIGIN_SAY(STALLED, NODE) : ORIGIN_SAY(NO_ANSWER, NODE);
}

/* TLS after the handshake, and the origin has ended it. */
static __always_inline struct origin_verdict
origin_judge_origin(const struct ecdn_xdp_origin_conn *conn, const struct origin_end *end)
{
	const struct ecdn_xdp_origin_flow *in = &conn->in;
	bool soon = origin_quiet(conn) < ORIGIN_PATIENCE_NS;

	if (conn->version == TLS_1_3 && !conn->answers && !conn->tickets &&
	    !origin_amid(in) && (in->goodbye || conn->requests || soon))
		return ORIGIN_SAY(REFUSED_AFTER_FINISHED, ORIGIN);
	if (origin_amid(in))
		return conn->reset ? ORIGIN_SAY(RESET, ORIGIN) :
				     ORIGIN_SAY(NO_CLOSE_NOTIFY, ORIGIN);
	if (!conn->idle && origin_owes(conn)) {
		if (origin_crossed(conn, end))
			return ORIGIN_SAY(IDLE, ORIGIN);
		if (conn->reset)
			return ORIGIN_SAY(RESET, ORIGIN);
		return in->goodbye ? ORIGIN_SAY(NO_ANSWER, ORIGIN) :
				     ORIGIN_SAY(NO_CLOSE_NOTIFY, ORIGIN);
	}
	if (in->goodbye)
		return soon ? ORIGIN_SAY(OK, NONE) : ORIGIN_SAY(IDLE, ORIGIN);
	if (!conn->requests || origin_quiet(conn) >= ORIGIN_ABRUPT_NS)
		return ORIGIN_SAY(IDLE, ORIGIN);
	return conn->reset ? ORIGIN_SAY(RESET, ORIGIN) : ORIGIN_SAY(NO_CLOSE_NOTIFY, ORIGIN);
}

/* TLS after the handshake. */
static __always_inline struct origin_verdict
origin_judge_session(const struct ecdn_xdp_origin_conn *conn, const struct origin_end *end)
{
	bool busy = origin_owes(conn) || origin_amid(&conn->in);

	if (end->kept && conn->first != ECDN_XDP_ORIGIN_SIDE_NODE)
		return ORIGIN_SAY(REJECTED_HERE, HOST);
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_HOST) {
		if (end->error != ETIMEDOUT)
			return ORIGIN_SAY(ABORTED, HOST);
		return busy || origin_lost(conn) ? ORIGIN_SAY(TIMEOUT, HOST) :
						   ORIGIN_SAY(IDLE, HOST);
	}
	/* What the node says may be its complaint about an end. */
	if (origin_lost(conn))
		return conn->in.goodbye ? ORIGIN_SAY(OK, NONE) : ORIGIN_SAY(UNTOLD, NONE);
	/* Whoever says goodbye ends it, though the other side's FIN or RST may come first. */
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_ORIGIN ? !conn->leaving : conn->dismissed)
		return origin_judge_origin(conn, end);
	return origin_judge_node(conn);
}

/* Plain HTTP, amid a request or an answer. */
static __always_inline struct origin_verdict
origin_judge_cut(const struct ecdn_xdp_origin_conn *conn, const struct origin_end *end, bool owed)
{
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_HOST)
		return end->error == ETIMEDOUT ? ORIGIN_SAY(HTTP_TIMEOUT, HOST) :
						 ORIGIN_SAY(ABORTED, HOST);
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_NODE) {
		if (!origin_patient(conn))
			return ORIGIN_SAY(ABORTED, NODE);
		return owed ? ORIGIN_SAY(HTTP_NO_ANSWER, NODE) : ORIGIN_SAY(HTTP_STALLED, NODE);
	}
	if (!owed)
		return ORIGIN_SAY(CUT, ORIGIN);
	return origin_crossed(conn, end) ? ORIGIN_SAY(IDLE, ORIGIN) :
					   ORIGIN_SAY(CLOSED_UNANSWERED, ORIGIN);
}

/* Plain HTTP. */
static __always_inline struct origin_verdict
origin_judge_http(const struct ecdn_xdp_origin_conn *conn, const struct origin_end *end)
{
	bool amid = origin_amid(&conn->in), owed = origin_owes(conn);

	if (conn->in.strange)
		return ORIGIN_SAY(MALFORMED, ORIGIN);
	if (end->kept && conn->first != ECDN_XDP_ORIGIN_SIDE_NODE)
		return ORIGIN_SAY(REJECTED_HERE, HOST);
	if (origin_lost(conn) && conn->first != ECDN_XDP_ORIGIN_SIDE_HOST)
		return ORIGIN_SAY(UNTOLD, NONE);
	if (conn->in.step == HTTP_UNTIL_CLOSE && conn->first == ECDN_XDP_ORIGIN_SIDE_ORIGIN &&
	    !conn->reset)
		return ORIGIN_SAY(OK, NONE);
	if (amid || (owed && !conn->idle))
		return origin_judge_cut(conn, end, !amid);
	if (conn->first == ECDN_XDP_ORIGIN_SIDE_HOST)
		return ORIGIN_SAY(IDLE, HOST);
	if (!origin_patient(conn))
		return ORIGIN_SAY(OK, NONE);
	return conn->first == ECDN_XDP_ORIGIN_SIDE_NODE ? ORIGIN_SAY(IDLE, NODE) :
							  ORIGIN_SAY(IDLE, ORIGIN);
}

/* Why a connection ended; called when its socket has come to TCP_CLOSE. */
static __always_inline struct origin_verdict
origin_judge(const struct ecdn_xdp_origin_conn *conn, const struct origin_end *end)
{
	if (!conn->established)
		return origin_judge_syn(conn, end);
	if (!origin_read(conn))
		return origin_judge_socket(conn, end);
	if (!conn->out.begun) {
		if (conn->in.strange && !conn->plain)
			return ORIGIN_SAY(NOT_TLS, ORIGIN);
		if (end->kept && conn->first != ECDN_XDP_ORIGIN_SIDE_NODE)
			return ORIGIN_SAY(REJECTED_HERE, HOST);
		return origin_judge_unused(conn);
	}
	if (conn->tls == ORIGIN_HTTP)
		return origin_judge_http(conn, end);
	if (conn->tls != ORIGIN_TLS)
		return ORIGIN_SAY(UNTOLD, NONE);
	return origin_shaken(conn) ? origin_judge_session(conn, end) :
				     origin_judge_handshake(conn, end);
}

static __always_inline bool origin_failed(__u32 cause)
{
	return cause >= ECDN_XDP_ORIGIN_FIRST_538 && cause < ECDN_XDP_ORIGIN_FIRST_OTHER;
}

#endif
