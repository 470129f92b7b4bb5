/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * http.h - HTTP/1 messages (RFC 9112) as a connection's bytes pass by, each direction for itself:
 * where a message begins and ends, and what status it has. No helper is called, so that the unit
 * tests run the same code.
 *
 * Nothing is put together: a flow's state tells what the next byte is, so that segments may cut a
 * message anywhere. Bytes of bodies need not be seen: who reads asks http_skippable() how many
 * follow of these, and says so by http_pass(); else the next byte goes to http_byte(). Words of a
 * head that matter are told by their hash, as no program could hold the words.
 */
#ifndef BPF_HTTP_H
#define BPF_HTTP_H

#include <stdbool.h>

#include "ecdn-xdp-origin.h"
#include "pure.h"

/* A longer head is not followed. */
#define HTTP_HEAD_MAX 8192

/* Steps of a flow. */
enum http_step {
	HTTP_NEXT,              /* the last message is whole */
	HTTP_HEAD,
	HTTP_BODY,              /* by Content-Length */
	HTTP_UNTIL_CLOSE,
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK,
	HTTP_CHUNK_END,
	HTTP_TRAILER,
	HTTP_OPAQUE,            /* the connection was given to another protocol */
};

/* Fields of a head. */
enum http_field {
	HTTP_START,             /* the first line */
	HTTP_START_REST,
	HTTP_NAME,
	HTTP_LENGTH,            /* the value of Content-Length */
	HTTP_CODING,            /* of Transfer-Encoding: the last word counts */
	HTTP_VALUE,             /* of another */
};

/* What a head says of its body: bits of type. */
#define HTTP_HAS_LENGTH 1
#define HTTP_IS_CHUNKED 2

#define HTTP_VERSION 0x2e312f50545448ULL /* "HTTP/1.", the first letter lowest */

/* FNV-1a of 32 bits. */
#define HTTP_HASH_START 0x811c9dc5U
#define HTTP_HASH_PRIME 0x01000193U
#define HTTP_WORD_CONTENT_LENGTH 0x4df9451dU
#define HTTP_WORD_TRANSFER_ENCODING 0xddb4744cU
#define HTTP_WORD_CHUNKED 0xd31f4213U
#define HTTP_WORD_HEAD 0x305a7fc3U
#define HTTP_WORD_PRI 0xdb304beaU /* HTTP/2 begins so */

static __always_inline __u32 http_hash(__u32 hash, __u8 byte)
{
	return (hash ^ byte) * HTTP_HASH_PRIME;
}

static __always_inline __u8 http_lower(__u8 byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static __always_inline bool http_is_digit(__u8 byte)
{
	return byte >= '0' && byte <= '9';
}

static __always_inline void http_expect(struct ecdn_xdp_origin_flow *flow, __u8 field)
{
	flow->field = field;
	flow->hash = HTTP_HASH_START;
	flow->list = 0;
}

/* A message begins. */
static __always_inline void http_begin(struct ecdn_xdp_origin_conn *conn,
				       struct ecdn_xdp_origin_flow *flow, bool out)
{
	flow->begun = 1;
	flow->step = HTTP_HEAD;
	flow->type = 0;
	flow->left = 0;
	flow->value = 0;
	flow->message = 0;
	http_expect(flow, HTTP_START);
	if (out) {
		conn->requests++;
	} else {
		conn->need = ~0ULL;
		conn->got = 0;
	}
}

/* A message is whole. */
static __always_inline void http_end(struct ecdn_xdp_origin_conn *conn,
				     struct ecdn_xdp_origin_flow *flow, bool out)
{
	flow->step = HTTP_NEXT;
	flow->left = 0;
	if (out || conn->answers == conn->requests)
		return;
	conn->answers++;
	conn->heads >>= 1;
}

/* The request's method is read. */
static __always_inline void http_method(struct ecdn_xdp_origin_conn *conn,
					struct ecdn_xdp_origin_flow *flow)
{
	__u32 waiting = conn->requests - conn->answers - 1;

	if (flow->hash == HTTP_WORD_HEAD)
		conn->heads |= 1ULL << (waiting & 63);
	if (flow->hash == HTTP_WORD_PRI)
		flow->lost = 1;
	flow->field = HTTP_START_REST;
}

/* "HTTP/1.x NNN": list says which byte it is. */
static __always_inline void http_status_byte(struct ecdn_xdp_origin_conn *conn,
					     struct ecdn_xdp_origin_flow *flow, __u8 byte)
{
	__u32 at = flow->list++;
	bool right;

	if (at < 7) {
		right = byte == (HTTP_VERSION >> at * 8 & 0xff);
	} else if (at == 8) {
		right = byte == ' ';
	} else {
		right = http_is_digit(byte);
		if (at > 8)
			flow->value = flow->value * 10 + (byte & 15);
	}
	if (!right) {
		flow->strange = 1;
		return;
	}
	if (at < 11)
		return;
	conn->status = flow->value;
	flow->fresh = 1;
	flow->field = HTTP_START_REST;
}

static __always_inline void http_start_byte(struct ecdn_xdp_origin_conn *conn,
					    struct ecdn_xdp_origin_flow *flow, bool out, __u8 byte)
{
	if (!out) {
		http_status_byte(conn, flow, byte);
	} else if (byte == ' ' || byte == '\n') {
		http_method(conn, flow);
	} else {
		flow->hash = http_hash(flow->hash, byte);
	}
}

/* The head of an answer is whole. */
static __always_inline void http_answer(struct ecdn_xdp_origin_conn *conn,
					struct ecdn_xdp_origin_flow *flow)
{
	__u32 status = conn->status;

	if (status == 101) {
		http_end(conn, flow, false);
		flow->step = HTTP_OPAQUE;
		conn->out.step = HTTP_OPAQUE;
	} else if (status >= 100 && status < 200) {
		flow->step = HTTP_NEXT;
	} else if (status == 204 || status == 304 || conn->heads & 1) {
		http_end(conn, flow, false);
	} else if (flow->type & HTTP_IS_CHUNKED) {
		flow->step = HTTP_CHUNK_SIZE;
	} else if (!(flow->type & HTTP_HAS_LENGTH)) {
		flow->step = HTTP_UNTIL_CLOSE;
	} else {
		conn->need = flow->left;
		flow->step = HTTP_BODY;
		if (!flow->left)
			http_end(conn, flow, false);
	}
}

static __always_inline void http_request(struct ecdn_xdp_origin_conn *conn,
					 struct ecdn_xdp_origin_flow *flow)
{
	if (flow->type & HTTP_IS_CHUNKED)
		flow->step = HTTP_CHUNK_SIZE;
	else if (flow->left)
		flow->step = HTTP_BODY;
	else
		http_end(conn, flow, true);
}

/* An empty line ends the head. */
static __always_inline void http_head_end(struct ecdn_xdp_origin_conn *conn,
					  struct ecdn_xdp_origin_flow *flow, bool out)
{
	flow->value = 0;
	http_expect(flow, HTTP_NAME);
	if (flow->type & HTTP_IS_CHUNKED)
		flow->left = 0;
	if (out)
		http_request(conn, flow);
	else
		http_answer(conn, flow);
}

static __always_inline void http_line_end(struct ecdn_xdp_origin_conn *conn,
					  struct ecdn_xdp_origin_flow *flow, bool out)
{
	bool empty = flow->field == HTTP_NAME && !flow->list;

	if (flow->field == HTTP_CODING) {
		flow->type &= ~HTTP_IS_CHUNKED;
		if (flow->hash == HTTP_WORD_CHUNKED)
			flow->type |= HTTP_IS_CHUNKED;
	}
	if (!out && flow->field == HTTP_START) {
		flow->strange = 1; /* a first line that is too short */
		return;
	}
	http_expect(flow, HTTP_NAME);
	if (empty)
		http_head_end(conn, flow, out);
}

/* A header's name is read; what was said before of the length no longer counts. */
static __always_inline void http_named(struct ecdn_xdp_origin_flow *flow)
{
	__u32 name = flow->hash;

	http_expect(flow, HTTP_VALUE);
	if (name == HTTP_WORD_CONTENT_LENGTH) {
		flow->type |= HTTP_HAS_LENGTH;
		flow->left = 0;
		flow->field = HTTP_LENGTH;
	} else if (name == HTTP_WORD_TRANSFER_ENCODING) {
		flow->field = HTTP_CODING;
	}
}

static __always_inline void http_length_byte(struct ecdn_xdp_origin_flow *flow, __u8 byte)
{
	if (http_is_digit(byte) && flow->left < 1ULL << 59)
		flow->left = flow->left * 10 + (byte & 15);
	else if (byte != ' ' && byte != '\t')
		flow->field = HTTP_VALUE;
}

/* Words of a list of codings end at a comma; parameters of the last are no part of it. */
static __always_inline void http_coding_byte(struct ecdn_xdp_origin_flow *flow, __u8 byte)
{
	if (byte == ',')
		flow->hash = HTTP_HASH_START;
	else if (byte != ' ' && byte != '\t')
		flow->hash = http_hash(flow->hash, http_lower(byte));
}

static __always_inline void http_head_byte(struct ecdn_xdp_origin_conn *conn,
					   struct ecdn_xdp_origin_flow *flow, bool out, __u8 byte)
{
	if (flow->message++ >= HTTP_HEAD_MAX) {
		flow->lost = 1;
		return;
	}
	if (byte == '\r')
		return;
	if (byte == '\n') {
		http_line_end(conn, flow, out);
		return;
	}
	switch (flow->field) {
	case HTTP_START:
		http_start_byte(conn, flow, out, byte);
		break;
	case HTTP_NAME:
		flow->list = 1;
		if (byte == ':')
			http_named(flow);
		else
			flow->hash = http_hash(flow->hash, http_lower(byte));
		break;
	case HTTP_LENGTH:
		http_length_byte(flow, byte);
		break;
	case HTTP_CODING:
		http_coding_byte(flow, byte);
		break;
	}
}

/* The size of a chunk, in hexadecimal digits. width: 1 behind them, where an extension stands. */
static __always_inline void http_size_byte(struct ecdn_xdp_origin_flow *flow, __u8 byte)
{
	__u8 letter = byte | 0x20;

	if (byte == '\n') {
		flow->step = flow->left ? HTTP_CHUNK : HTTP_TRAILER;
		flow->width = 0;
		flow->list = 0;
	} else if (flow->width || byte == '\r') {
		return;
	} else if (http_is_digit(byte) && flow->left < 1ULL << 59) {
		flow->left = flow->left << 4 | (byte & 15);
	} else if (letter >= 'a' && letter <= 'f' && flow->left < 1ULL << 59) {
		flow->left = flow->left << 4 | (letter - 'a' + 10);
	} else {
		flow->width = 1;
	}
}

/* How many of the next bytes need not be seen. */
static __always_inline __u64 http_skippable(const struct ecdn_xdp_origin_flow *flow)
{
	switch (flow->step) {
	case HTTP_BODY:
	case HTTP_CHUNK: return flow->left;
	case HTTP_UNTIL_CLOSE:
	case HTTP_OPAQUE: return ~0ULL;
	}
	return 0;
}

/* Passes so many bytes by, which are not more than http_skippable() says. */
static __always_inline void http_pass(struct ecdn_xdp_origin_conn *conn,
				      struct ecdn_xdp_origin_flow *flow, bool out, __u64 bytes)
{
	if (flow->step == HTTP_OPAQUE)
		return;
	if (!out)
		conn->got += bytes;
	if (flow->step == HTTP_UNTIL_CLOSE)
		return;
	flow->left -= bytes;
	if (flow->left)
		return;
	if (flow->step == HTTP_CHUNK)
		flow->step = HTTP_CHUNK_END;
	else
		http_end(conn, flow, out);
}

/* Reads the next byte. */
static __always_inline void http_byte(struct ecdn_xdp_origin_conn *conn,
				      struct ecdn_xdp_origin_flow *flow, bool out, __u8 byte)
{
	if (flow->step == HTTP_NEXT) {
		if (byte == '\r' || byte == '\n')
			return;
		http_begin(conn, flow, out);
	}
	switch (flow->step) {
	case HTTP_HEAD:
		http_head_byte(conn, flow, out, byte);
		break;
	case HTTP_CHUNK_SIZE:
		http_size_byte(flow, byte);
		break;
	case HTTP_CHUNK_END:
		if (byte == '\n')
			flow->step = HTTP_CHUNK_SIZE;
		break;
	case HTTP_TRAILER:
		if (byte == '\n' && !flow->list)
			http_end(conn, flow, out);
		else if (byte != '\r')
			flow->list = byte != '\n';
		break;
	}
}

#endif
