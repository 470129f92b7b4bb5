/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_stream.h - a connection to an origin whose bytes come as a test cuts them, read as the
 * programs read them of packets.
 */
#ifndef UNIT_ORIGIN_STREAM_H
#define UNIT_ORIGIN_STREAM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "origin_phase.h"

#define STREAM_START 0xffffff00U        /* sequence numbers wrap soon */
#define STREAM_STATUSES 64

struct stream {
	struct ecdn_xdp_origin_conn conn;
	uint32_t sent[2];               /* sequence numbers behind what was sent, by direction */
	unsigned int statuses;
	uint16_t status[STREAM_STATUSES]; /* in the order in which they came */
};

static uint64_t stream_random_state;

/* SplitMix64 */
static inline uint64_t stream_random(void)
{
	uint64_t z = stream_random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* From 1 to most. */
static inline size_t stream_some(size_t most)
{
	return 1 + stream_random() % most;
}

static inline void stream_open(struct stream *stream, bool plain)
{
	struct ecdn_xdp_origin_conn *conn = &stream->conn;

	memset(stream, 0, sizeof(*stream));
	conn->watch = ECDN_XDP_ORIGIN_WATCHED;
	conn->content = 1;
	conn->plain = plain;
	conn->established = 1;
	conn->need = ~0ULL;
	conn->in.ready = conn->out.ready = 1;
	conn->in.next = conn->out.next = STREAM_START;
	stream->sent[0] = stream->sent[1] = STREAM_START;
}

static inline struct ecdn_xdp_origin_flow *stream_flow(struct stream *stream, bool out)
{
	return out ? &stream->conn.out : &stream->conn.in;
}

/* As origin_step() of origin_read.h; returns how many bytes were read. */
static inline uint32_t stream_step(struct stream *stream, bool out, const uint8_t *bytes,
				   uint32_t size)
{
	struct ecdn_xdp_origin_flow *flow = stream_flow(stream, out);
	uint64_t skip = origin_skippable(&stream->conn, flow);

	if (skip) {
		if (skip > size)
			skip = size;
		origin_pass(&stream->conn, flow, out, skip);
		return skip;
	}
	if (size > ORIGIN_CHUNK)
		size = ORIGIN_CHUNK;
	memcpy(flow->chunk, bytes, size);
	size = origin_chunk(&stream->conn, flow, out, size);
	if (flow->fresh && stream->statuses < STREAM_STATUSES)
		stream->status[stream->statuses++] = stream->conn.status;
	flow->fresh = 0;
	return size;
}

/* As origin_find() of origin_read.h. */
static inline bool stream_find(struct stream *stream, bool out, uint32_t seq, const uint8_t *bytes,
			       uint32_t size)
{
	struct ecdn_xdp_origin_flow *flow = stream_flow(stream, out);

	if (!origin_is_newest(flow, seq, size) || size < ORIGIN_ALERT_TAIL)
		return false;
	if (origin_begins(&stream->conn, out, bytes)) {
		origin_regain(&stream->conn, flow, out, seq);
		return true;
	}
	if (!origin_says_goodbye(&stream->conn, bytes + size - ORIGIN_ALERT_TAIL))
		return false;
	origin_regain(&stream->conn, flow, out, seq + size);
	flow->goodbye = 1;
	return false;
}

/* As origin_read_segment() of origin_read.h. */
static inline void stream_segment(struct stream *stream, bool out, uint32_t seq,
				  const uint8_t *bytes, uint32_t size)
{
	struct ecdn_xdp_origin_flow *flow = stream_flow(stream, out);
	uint32_t at;

	if (flow->lost && !stream_find(stream, out, seq, bytes, size))
		return;
	if (flow->strange)
		return;
	at = origin_enter(&stream->conn, flow, out, seq, size);
	if (at >= size) {
		if (flow->ahead_from != flow->ahead_to && size >= ORIGIN_ALERT_TAIL &&
		    flow->ahead_to == seq + size)
			flow->tail = origin_says_goodbye(&stream->conn,
							 bytes + size - ORIGIN_ALERT_TAIL);
		return;
	}
	flow->ack = stream->sent[!out];
	while (at < size && !origin_stuck(flow))
		at += stream_step(stream, out, bytes + at, size - at);
	if (!origin_stuck(flow))
		origin_catch_up(&stream->conn, flow, out);
	else if (!flow->strange)
		origin_lose(flow, seq + size);
}

/* Sends bytes in segments of most so many; 0: each of some random length up to 100. */
static inline void stream_send(struct stream *stream, bool out, const void *bytes, size_t size,
			       size_t most)
{
	for (size_t at = 0; at < size;) {
		size_t piece = most ?: stream_some(100);

		if (piece > size - at)
			piece = size - at;
		stream_segment(stream, out, stream->sent[out], (const uint8_t *)bytes + at, piece);
		stream->sent[out] += piece;
		at += piece;
	}
}

/* The same, through a network that loses one of so many segments, which come again later, and has
 * some come twice. */
static inline void stream_send_lossy(struct stream *stream, bool out, const uint8_t *bytes,
				     size_t size, unsigned int loss)
{
	struct {
		size_t at, size, turn;
	} late[64];
	size_t at = 0, lates = 0;

	for (size_t turn = 0; at < size || lates; turn++) {
		size_t piece = stream_some(1460);

		for (size_t i = 0; i < lates; i++) {
			if (turn < late[i].turn && at < size)
				continue;
			stream_segment(stream, out, stream->sent[out] + late[i].at,
				       bytes + late[i].at, late[i].size);
			if (stream_some(4) > 1)
				late[i--] = late[--lates];
		}
		if (at >= size)
			continue;
		if (piece > size - at)
			piece = size - at;
		if (lates < 64 && stream_some(loss) == 1) {
			late[lates].at = at;
			late[lates].size = piece;
			late[lates++].turn = turn + stream_some(8);
		} else {
			stream_segment(stream, out, stream->sent[out] + at, bytes + at, piece);
		}
		at += piece;
	}
	stream->sent[out] += size;
}

#endif
