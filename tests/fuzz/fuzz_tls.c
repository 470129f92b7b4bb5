// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_tls.c - what both ends of a connection to an origin send, in segments: each of a byte that
 * says direction, order and how many bytes follow, and these. TLS and HTTP are read of it.
 */
#include <string.h>

#include "fuzz.h"
#include "origin_verdict.h"

/* Bits of a segment's first byte. */
#define SEGMENT_OUT 0x80
#define SEGMENT_LATE 0x40       /* a gap is in front of it */
#define SEGMENT_SIZE 0x3f

static void read_on(struct ecdn_xdp_origin_conn *conn, struct ecdn_xdp_origin_flow *flow, _Bool out,
		    const uint8_t *bytes, uint32_t size)
{
	for (uint32_t at = 0, step; at < size && !origin_stuck(flow); at += step) {
		uint64_t skip = origin_skippable(conn, flow);

		step = size - at;
		if (skip) {
			step = skip < step ? (uint32_t)skip : step;
			origin_pass(conn, flow, out, step);
			continue;
		}
		if (step > ORIGIN_CHUNK)
			step = ORIGIN_CHUNK;
		memcpy(flow->chunk, bytes + at, step);
		step = origin_chunk(conn, flow, out, step);
		flow->fresh = 0;
		check(step || origin_stuck(flow));
	}
}

static void segment(struct ecdn_xdp_origin_conn *conn, _Bool out, uint32_t seq,
		    const uint8_t *bytes, uint32_t size)
{
	struct ecdn_xdp_origin_flow *flow = out ? &conn->out : &conn->in;
	uint32_t old;

	if (origin_stuck(flow))
		return;
	old = origin_enter(conn, flow, out, seq, size);
	check(old <= size);
	read_on(conn, flow, out, bytes + old, size - old);
	if (origin_stuck(flow))
		origin_lose(flow, seq + size);
	else if (old < size)
		origin_catch_up(conn, flow, out);
}

/* Whatever came, a verdict is one of those that there are, and a name ends. */
static void judge(struct ecdn_xdp_origin_conn *conn)
{
	static const uint32_t errors[] = { 0, ECONNRESET, ETIMEDOUT, EPIPE, ECONNABORTED };

	for (uint32_t i = 0; i < 2 * sizeof(errors) / sizeof(*errors); i++) {
		struct ecdn_xdp_origin_conn ended = *conn;
		struct origin_end end = { .error = errors[i / 2], .srtt_us = 1000 };
		struct origin_verdict verdict;

		if (i & 1)
			origin_ends(&ended, ECDN_XDP_ORIGIN_SIDE_ORIGIN, 0, 2 * NS_PER_SECOND);
		origin_ends(&ended, origin_closer(end.error), end.error != 0, 3 * NS_PER_SECOND);
		verdict = origin_judge(&ended, &end);
		check(verdict.cause < ECDN_XDP_ORIGIN_CAUSES);
		check(verdict.side < ECDN_XDP_ORIGIN_SIDES);
		check(origin_phase(&ended, &end) < ECDN_XDP_ORIGIN_PHASES);
	}
	check(memchr(conn->sni, 0, sizeof(conn->sni)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ecdn_xdp_origin_conn conn = { .content = 1, .established = 1, .began_ns = 1 };
	uint32_t sent[2] = {};

	if (!size)
		return 0;
	conn.in.ready = conn.out.ready = 1;
	conn.plain = data[0] & 1;
	for (size_t at = 1; at < size;) {
		_Bool out = data[at] & SEGMENT_OUT;
		uint32_t bytes = data[at] & SEGMENT_SIZE;

		sent[out] += data[at] & SEGMENT_LATE ? 16 : 0;
		at++;
		if (bytes > size - at)
			bytes = size - at;
		segment(&conn, out, sent[out], data + at, bytes);
		sent[out] += bytes;
		at += bytes;
	}
	judge(&conn);
	return 0;
}
