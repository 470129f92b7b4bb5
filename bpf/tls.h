/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * tls.h - TLS records (RFC 5246, RFC 8446) as a connection's bytes pass by, each direction for
 * itself. No helper is called, so that the unit tests run the same code.
 *
 * Nothing is put together: a flow's state tells what the next byte is, so that segments may cut
 * records and messages anywhere. Most bytes need not be seen: who reads asks tls_skippable() how
 * many follow of these, and says so by tls_pass(); else the next byte goes to tls_byte().
 *
 * What is sealed is told by its length. In TLS 1.3 a side's Finished has 53 bytes (69 with
 * SHA-384), an alert 19, and nothing else in a handshake has these. In TLS 1.2 and before types
 * stay visible: the first handshake record behind ChangeCipherSpec is Finished.
 */
#ifndef BPF_TLS_H
#define BPF_TLS_H

#include <stdbool.h>

#include "ecdn-xdp-origin.h"
#include "pure.h"
#include "tls_hello.h"

#define TLS_CHANGE_CIPHER_SPEC 20
#define TLS_ALERT 21
#define TLS_HANDSHAKE 22
#define TLS_DATA 23
#define TLS_HEARTBEAT 24

#define TLS_HEAD_SIZE 5
#define TLS_RECORD_MAX (16384 + 256)
#define TLS_1_3 0x0304
#define TLS_SEALED 255          /* an alert of which nobody can read the description */
#define TLS_FATAL 2

/* Steps of a flow. */
enum tls_step {
	TLS_NEXT,               /* the last record is whole */
	TLS_HEAD,
	TLS_MESSAGE,            /* the record is read */
	TLS_REST,               /* what is left of the record need not be read */
};

/* Values of begun. */
#define TLS_BEGUN 1
#define TLS_IS_TLS 2            /* a record's head was read */

static __always_inline __u32 tls_tag(const struct ecdn_xdp_origin_conn *conn)
{
	return conn->cipher == 0x1305 ? 8 : 16; /* TLS_AES_128_CCM_8_SHA256 */
}

static __always_inline bool tls_is_alert(const struct ecdn_xdp_origin_conn *conn, __u32 length)
{
	return length == 2 + 1 + tls_tag(conn);
}

static __always_inline bool tls_is_finished(const struct ecdn_xdp_origin_conn *conn, __u32 length)
{
	__u32 hash = conn->cipher == 0x1302 ? 48 : 32; /* TLS_AES_256_GCM_SHA384 */

	return length == 4 + hash + 1 + tls_tag(conn);
}

static __always_inline bool tls_done(const struct ecdn_xdp_origin_conn *conn)
{
	return conn->out.done && conn->in.done;
}

static __always_inline bool tls_is_1_3(const struct ecdn_xdp_origin_conn *conn)
{
	return conn->version >= TLS_1_3;
}

/* An alert that ends a handshake. The first one counts: the other side's is an answer to it. */
static __always_inline void tls_alerted(struct ecdn_xdp_origin_conn *conn,
					struct ecdn_xdp_origin_flow *flow, __u8 alert)
{
	if (conn->in.alerted || conn->out.alerted)
		return;
	flow->alerted = 1;
	flow->alert = alert;
}

/* A sealed alert of TLS 1.2. */
static __always_inline void tls_sealed_alert(struct ecdn_xdp_origin_conn *conn,
					     struct ecdn_xdp_origin_flow *flow)
{
	if (tls_done(conn))
		flow->goodbye = 1;
	else
		tls_alerted(conn, flow, TLS_SEALED);
}

/*
 * Whether a record of the origin behind TLS 1.3's handshake is a session ticket: no answer has come
 * then. It is one if no request had come to the origin; and an origin that sends tickets sends two
 * of one length by default. A record that comes alone may be either.
 */
static __always_inline bool tls_is_ticket(struct ecdn_xdp_origin_conn *conn, __u32 length,
					  __u32 ack)
{
	bool asked = conn->requests && (__s32)(ack - conn->asked_seq) > 0;

	if (!tls_is_1_3(conn) || conn->answers)
		return false;
	if (!asked || !conn->tickets) {
		conn->tickets = asked ? ECDN_XDP_ORIGIN_TICKET_MAYBE : ECDN_XDP_ORIGIN_TICKETS;
		conn->ticket = length;
		conn->ticket_requests = conn->requests;
		return true;
	}
	if (conn->ticket != length)
		return false;
	if (conn->tickets == ECDN_XDP_ORIGIN_TICKET_MAYBE &&
	    conn->ticket_requests != (__u16)conn->requests)
		return false;
	conn->tickets = ECDN_XDP_ORIGIN_TICKETS;
	return true;
}

/* Data behind the handshake. seq: of the record's first byte; ack: what the packet acknowledges. */
static __always_inline void tls_data(struct ecdn_xdp_origin_conn *conn,
				     struct ecdn_xdp_origin_flow *flow, bool out, __u32 length,
				     __u32 seq, __u32 ack)
{
	flow->goodbye = tls_is_1_3(conn) && tls_is_alert(conn, length);
	if (flow->goodbye)
		return;
	if (out) {
		if (!conn->requests)
			conn->asked_seq = seq;
		conn->requests++;
		conn->owed = 1;
	} else if (!tls_is_ticket(conn, length, ack)) {
		conn->answers++;
		conn->owed = 0;
	}
}

/* A sealed record of TLS 1.3. A node's Finished that has another length, as it may be in one
 * record with its certificate, shows by the origin's answering that record. */
static __always_inline void tls_sealed(struct ecdn_xdp_origin_conn *conn,
				       struct ecdn_xdp_origin_flow *flow, bool out, __u32 length,
				       __u32 seq, __u32 ack)
{
	if (conn->out.done) {
		tls_data(conn, flow, out, length, seq, ack);
	} else if (tls_is_alert(conn, length)) {
		tls_alerted(conn, flow, TLS_SEALED);
	} else if (out) {
		if (tls_is_finished(conn, length))
			flow->done = 1;
		else
			conn->sealed = 1;
	} else if (conn->sealed) {
		conn->out.done = 1;
		tls_data(conn, flow, out, length, seq, ack);
	}
}

/* Handshake records of TLS 1.2 and before, behind that side's ChangeCipherSpec. */
static __always_inline bool tls_is_sealed(const struct ecdn_xdp_origin_conn *conn,
					  const struct ecdn_xdp_origin_flow *flow)
{
	return flow->changed && !tls_is_1_3(conn);
}

/* Whether the messages of a clear handshake record are read: until the hello has been. */
static __always_inline bool tls_handshake(struct ecdn_xdp_origin_conn *conn,
					  struct ecdn_xdp_origin_flow *flow)
{
	if (tls_is_sealed(conn, flow)) {
		flow->done = 1;
		return false;
	}
	if (flow->hello)
		return false;
	if (flow->field == HELLO_TYPE)
		hello_begin(flow);
	return true;
}

/* The origin's ChangeCipherSpec comes first where an earlier session is taken up. */
static __always_inline void tls_change(struct ecdn_xdp_origin_conn *conn,
				       struct ecdn_xdp_origin_flow *flow, bool out)
{
	flow->changed = 1;
	if (!out && !tls_is_1_3(conn) && conn->in.hello && !conn->out.changed)
		conn->resumed = 1;
}

/* Whether an alert's two bytes are read. */
static __always_inline bool tls_alert(struct ecdn_xdp_origin_conn *conn,
				      struct ecdn_xdp_origin_flow *flow, __u32 length)
{
	if (length == 2 && !tls_is_sealed(conn, flow)) {
		flow->skip = 0;
		flow->value = 0;
		flow->width = 2;
		return true;
	}
	tls_sealed_alert(conn, flow);
	return false;
}

static __always_inline void tls_application(struct ecdn_xdp_origin_conn *conn,
					    struct ecdn_xdp_origin_flow *flow, bool out,
					    __u32 length, __u32 ack)
{
	__u32 seq = flow->next - TLS_HEAD_SIZE;

	if (tls_is_1_3(conn) && conn->in.hello)
		tls_sealed(conn, flow, out, length, seq, ack);
	else if (out && !conn->in.hello)
		tls_data(conn, flow, out, length, seq, ack); /* early data */
	else if (flow->done)
		tls_data(conn, flow, out, length, seq, ack);
}

/* A record's head was read. */
static __always_inline void tls_record(struct ecdn_xdp_origin_conn *conn,
				       struct ecdn_xdp_origin_flow *flow, bool out, __u32 ack)
{
	__u32 length = flow->value & 0xffff;
	bool read = false;

	if (flow->value >> 24 != 3 || length > TLS_RECORD_MAX) {
		flow->strange = flow->begun != TLS_IS_TLS;
		flow->lost = !flow->strange;
		return;
	}
	flow->begun = TLS_IS_TLS;
	flow->left = length;
	switch (flow->type) {
	case TLS_CHANGE_CIPHER_SPEC: tls_change(conn, flow, out); break;
	case TLS_ALERT: read = tls_alert(conn, flow, length); break;
	case TLS_HANDSHAKE: read = tls_handshake(conn, flow); break;
	case TLS_DATA: tls_application(conn, flow, out, length, ack); break;
	}
	flow->step = !length ? TLS_NEXT : read ? TLS_MESSAGE : TLS_REST;
}

static __always_inline void tls_alert_byte(struct ecdn_xdp_origin_conn *conn,
					   struct ecdn_xdp_origin_flow *flow, __u8 byte)
{
	flow->value = flow->value << 8 | byte;
	if (--flow->width)
		return;
	flow->field = HELLO_TYPE;
	if (!byte)
		flow->goodbye = 1;
	else if (flow->value >> 8 == TLS_FATAL)
		tls_alerted(conn, flow, byte);
}

/* How many of the next bytes need not be seen. */
static __always_inline __u64 tls_skippable(const struct ecdn_xdp_origin_flow *flow)
{
	if (flow->step == TLS_REST)
		return flow->left;
	if (flow->step != TLS_MESSAGE)
		return 0;
	return flow->skip < flow->left ? flow->skip : flow->left;
}

/* Passes so many bytes by, which are not more than tls_skippable() says. */
static __always_inline void tls_pass(struct ecdn_xdp_origin_conn *conn,
				     struct ecdn_xdp_origin_flow *flow, bool out, __u64 bytes)
{
	if (flow->step == TLS_MESSAGE)
		hello_pass(conn, flow, out, bytes);
	flow->left -= bytes;
	if (!flow->left)
		flow->step = TLS_NEXT;
}

/* Reads the next byte. flow->next is behind it. ack: what its packet acknowledges. */
static __always_inline void tls_byte(struct ecdn_xdp_origin_conn *conn,
				     struct ecdn_xdp_origin_flow *flow, bool out, __u8 byte,
				     __u32 ack)
{
	switch (flow->step) {
	case TLS_NEXT:
		flow->type = byte;
		flow->begun = flow->begun ?: TLS_BEGUN;
		if (byte < TLS_CHANGE_CIPHER_SPEC || byte > TLS_HEARTBEAT) {
			flow->strange = flow->begun != TLS_IS_TLS;
			flow->lost = !flow->strange;
			return;
		}
		flow->step = TLS_HEAD;
		flow->value = 0;
		flow->lack = TLS_HEAD_SIZE - 1;
		break;
	case TLS_HEAD:
		flow->value = flow->value << 8 | byte;
		if (!--flow->lack)
			tls_record(conn, flow, out, ack);
		break;
	case TLS_MESSAGE:
		if (flow->type == TLS_ALERT)
			tls_alert_byte(conn, flow, byte);
		else
			hello_byte(conn, flow, out, byte);
		if (!--flow->left)
			flow->step = TLS_NEXT;
		break;
	}
}

#endif
