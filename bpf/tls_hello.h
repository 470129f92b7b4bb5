/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * tls_hello.h - the messages of a TLS handshake that are read: ClientHello and ServerHello (RFC
 * 5246, 7.4.1; RFC 8446, 4.1). A hello is a row of numbers, of which some say how many bytes
 * follow that nobody needs to see. Its state tells which number comes next, so that it may be cut
 * anywhere. Lengths that contradict each other end no later than the message.
 */
#ifndef BPF_TLS_HELLO_H
#define BPF_TLS_HELLO_H

#include <stdbool.h>

#include "ecdn-xdp-origin.h"
#include "forget.h"
#include "pure.h"

#define HELLO_CLIENT 1
#define HELLO_SERVER 2

/* Extensions. */
#define HELLO_SERVER_NAME 0
#define HELLO_PRE_SHARED_KEY 41
#define HELLO_SUPPORTED_VERSIONS 43

/* The random of a ServerHello that is a HelloRetryRequest begins so; others do once in 2^32. */
#define HELLO_RETRY_RANDOM 0xcf21ad74U

/* In front of a host name: the length of the list of names, the name's type, its length. */
#define HELLO_NAME_HEAD 5

/* Fields: the number that is read. */
enum hello_field {
	HELLO_TYPE,
	HELLO_LENGTH,
	HELLO_VERSION,
	HELLO_RANDOM,           /* its first four bytes */
	HELLO_SESSION,          /* how long the session's id is, and so on */
	HELLO_CIPHERS,
	HELLO_COMPRESSIONS,
	HELLO_CIPHER,
	HELLO_EXTENSIONS,
	HELLO_EXTENSION,        /* its type */
	HELLO_EXTENSION_LENGTH,
	HELLO_OFFER,            /* a version */
	HELLO_CHOICE,
	HELLO_NAME,             /* a byte of the host name */
};

static __always_inline void hello_expect(struct ecdn_xdp_origin_flow *flow, __u8 field, __u8 width)
{
	flow->field = field;
	flow->width = width;
	flow->value = 0;
}

static __always_inline void hello_skip(struct ecdn_xdp_origin_flow *flow, __u32 bytes)
{
	flow->skip = bytes < flow->message ? bytes : flow->message;
}

/* A message begins. */
static __always_inline void hello_begin(struct ecdn_xdp_origin_flow *flow)
{
	flow->skip = 0;
	flow->message = 0;
	hello_expect(flow, HELLO_TYPE, 1);
}

/* What comes behind an extension's type and length. */
static __always_inline void hello_extension(struct ecdn_xdp_origin_conn *conn,
					    struct ecdn_xdp_origin_flow *flow, bool out)
{
	__u32 type = flow->hash, length = flow->value;

	hello_expect(flow, HELLO_EXTENSION, 2);
	if (out && type == HELLO_SERVER_NAME && length > HELLO_NAME_HEAD) {
		flow->list = length - HELLO_NAME_HEAD;
		flow->copied = 0;
		hello_skip(flow, HELLO_NAME_HEAD);
		hello_expect(flow, HELLO_NAME, 1);
	} else if (out && type == HELLO_SUPPORTED_VERSIONS && length > 2) {
		conn->offered = 0;
		flow->list = (length - 1) / 2;
		hello_skip(flow, 1);
		hello_expect(flow, HELLO_OFFER, 2);
	} else if (!out && type == HELLO_SUPPORTED_VERSIONS && length == 2) {
		hello_expect(flow, HELLO_CHOICE, 2);
	} else {
		if (!out && type == HELLO_PRE_SHARED_KEY)
			conn->resumed = 1;
		hello_skip(flow, length);
	}
}

static __always_inline void hello_offer(struct ecdn_xdp_origin_conn *conn, __u32 version)
{
	if (version >= 0x0300 && version <= 0x0304)
		conn->offered |= ECDN_XDP_ORIGIN_OFFERED(version);
}

/* Who shows a name to people escapes it, but what can be no host name is none. */
static __always_inline void hello_name(struct ecdn_xdp_origin_conn *conn,
				       struct ecdn_xdp_origin_flow *flow, __u8 byte)
{
	__u32 at = flow->copied;

	if (at < ECDN_XDP_ORIGIN_NAME_SIZE - 1) {
		conn->sni[at] = byte > ' ' && byte < 0x7f ? byte : '?';
		flow->copied = at + 1;
	}
	flow->width = 1;
	flow->value = 0;
	if (!--flow->list)
		hello_expect(flow, HELLO_EXTENSION, 2);
}

/* The extensions' fields, for hello_field(). */
static __always_inline void hello_extension_field(struct ecdn_xdp_origin_conn *conn,
						  struct ecdn_xdp_origin_flow *flow, bool out)
{
	switch (flow->field) {
	case HELLO_EXTENSION:
		flow->hash = flow->value;
		hello_expect(flow, HELLO_EXTENSION_LENGTH, 2);
		break;
	case HELLO_EXTENSION_LENGTH:
		hello_extension(conn, flow, out);
		break;
	case HELLO_OFFER:
		hello_offer(conn, flow->value);
		if (--flow->list)
			hello_expect(flow, HELLO_OFFER, 2);
		else
			hello_expect(flow, HELLO_EXTENSION, 2);
		break;
	case HELLO_CHOICE:
		conn->version = flow->value;
		hello_expect(flow, HELLO_EXTENSION, 2);
		break;
	case HELLO_NAME:
		hello_name(conn, flow, flow->value);
		break;
	}
}

/* The version that a hello names itself; newer ones stand in an extension. */
static __always_inline void hello_version(struct ecdn_xdp_origin_conn *conn, bool out,
					  __u32 version)
{
	if (!out)
		conn->version = version;
	else if (!conn->offered)
		hello_offer(conn, version);
}

/* A number of a message is read. */
static __always_inline void hello_field(struct ecdn_xdp_origin_conn *conn,
					struct ecdn_xdp_origin_flow *flow, bool out)
{
	__u32 value = flow->value;

	switch (flow->field) {
	case HELLO_TYPE:
		flow->hash = value;
		hello_expect(flow, HELLO_LENGTH, 3);
		break;
	case HELLO_LENGTH:
		flow->message = value;
		if (flow->hash != (out ? HELLO_CLIENT : HELLO_SERVER))
			hello_skip(flow, value);
		hello_expect(flow, HELLO_VERSION, 2);
		break;
	case HELLO_VERSION:
		hello_version(conn, out, value);
		hello_expect(flow, HELLO_RANDOM, 4);
		break;
	case HELLO_RANDOM:
		flow->copied = !out && value == HELLO_RETRY_RANDOM;
		hello_skip(flow, 28);
		hello_expect(flow, HELLO_SESSION, 1);
		break;
	case HELLO_SESSION:
		hello_skip(flow, value);
		hello_expect(flow, out ? HELLO_CIPHERS : HELLO_CIPHER, 2);
		break;
	case HELLO_CIPHERS:
		hello_skip(flow, value);
		hello_expect(flow, HELLO_COMPRESSIONS, 1);
		break;
	case HELLO_COMPRESSIONS:
		hello_skip(flow, value);
		hello_expect(flow, HELLO_EXTENSIONS, 2);
		break;
	case HELLO_CIPHER:
		conn->cipher = value;
		hello_skip(flow, 1);
		hello_expect(flow, HELLO_EXTENSIONS, 2);
		break;
	case HELLO_EXTENSIONS:
		hello_expect(flow, HELLO_EXTENSION, 2);
		break;
	default:
		hello_extension_field(conn, flow, out);
	}
}

/* The message is whole. flow->hash is an extension's type meanwhile: what was skipped from its
 * first byte on was no hello. */
static __always_inline void hello_end(struct ecdn_xdp_origin_conn *conn,
				      struct ecdn_xdp_origin_flow *flow, bool out)
{
	bool hello = flow->field > HELLO_SESSION;

	hello_begin(flow);
	if (!hello)
		return;
	if (!out && flow->copied) {
		conn->retry = 1;
		return;
	}
	flow->hello = 1;
	if (!out && conn->version >= 0x0304)
		flow->done = 1;
}

static __always_inline void hello_pass(struct ecdn_xdp_origin_conn *conn,
				       struct ecdn_xdp_origin_flow *flow, bool out, __u32 bytes)
{
	flow->skip -= bytes;
	flow->message -= bytes;
	if (!flow->message)
		hello_end(conn, flow, out);
}

static __always_inline void hello_byte(struct ecdn_xdp_origin_conn *conn,
				       struct ecdn_xdp_origin_flow *flow, bool out, __u8 byte)
{
	bool head = flow->field <= HELLO_LENGTH;

	flow->value = flow->value << 8 | byte;
	if (!head)
		flow->message--;
	if (!--flow->width)
		hello_field(conn, flow, out);
	forget_read();
	if (flow->message || flow->field <= HELLO_LENGTH)
		return;
	hello_end(conn, flow, out);
}

#endif
