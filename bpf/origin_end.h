/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * origin_end.h - what is counted and kept of a connection that has ended.
 *
 * One lock is held at a time, and no helper is called under it. Failures are numbered and written
 * as bpf/change_ring.h does it for changes.
 */
#ifndef BPF_ORIGIN_END_H
#define BPF_ORIGIN_END_H

#include "origin_maps.h"
#include "origin_verdict.h"

/* A failure, but for what the record has. */
struct origin_failure {
	struct origin_end end;
	struct origin_verdict verdict;
	__u64 now_ns;
	__u32 row;
	__u8 phase;
};

/* Which member of a span counts a cause. */
enum origin_span {
	ORIGIN_SPAN_NONE,
	ORIGIN_SPAN_NETWORK,
	ORIGIN_SPAN_HANDSHAKE,
	ORIGIN_SPAN_ABNORMAL,
	ORIGIN_SPAN_RESPONSE,
};

static __always_inline enum origin_span origin_span_of(__u32 cause)
{
	if (cause < ECDN_XDP_ORIGIN_FIRST_538 || cause >= ECDN_XDP_ORIGIN_FIRST_HERE)
		return ORIGIN_SPAN_NONE;
	if (cause >= ECDN_XDP_ORIGIN_FIRST_522)
		return ORIGIN_SPAN_RESPONSE;
	if (cause >= ECDN_XDP_ORIGIN_FIRST_564)
		return ORIGIN_SPAN_ABNORMAL;
	if (cause < ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN || cause >= ECDN_XDP_ORIGIN_HANDSHAKE_RESET)
		return ORIGIN_SPAN_NETWORK;
	return ORIGIN_SPAN_HANDSHAKE;
}

static __always_inline void origin_count_span(__u32 row, __u32 cause, __u64 now_ns)
{
	struct ecdn_xdp_origin_spans *spans = bpf_map_lookup_elem(&origin_spans, &row);
	__u32 number = now_ns >> ECDN_XDP_ORIGIN_SPAN;
	enum origin_span member = origin_span_of(cause);
	struct ecdn_xdp_origin_span *span;

	if (!spans)
		return;
	span = &spans->span[number % ECDN_XDP_ORIGIN_SPANS];
	bpf_spin_lock(&spans->lock);
	if (span->number != number) {
		span->number = number;
		span->ended = span->network = span->handshake = 0;
		span->abnormal = span->response = 0;
	}
	span->ended++;
	span->network += member == ORIGIN_SPAN_NETWORK;
	span->handshake += member == ORIGIN_SPAN_HANDSHAKE;
	span->abnormal += member == ORIGIN_SPAN_ABNORMAL;
	span->response += member == ORIGIN_SPAN_RESPONSE;
	bpf_spin_unlock(&spans->lock);
}

static __always_inline void origin_fill(struct ecdn_xdp_origin_failure *entry, __u64 number,
					const struct ecdn_xdp_origin_conn *conn,
					const struct origin_failure *failure)
{
	*(volatile __u64 *)&entry->number = 0;
	entry->time_ns = failure->now_ns;
	entry->origin = conn->origin;
	entry->row = failure->row;
	entry->ms = (failure->now_ns - conn->began_ns) / 1000000;
	entry->received = failure->end.received;
	entry->sent = failure->end.sent;
	entry->need = conn->need;
	entry->got = conn->got;
	entry->retransmits = failure->end.retransmits;
	entry->error = failure->end.error ?: conn->error;
	entry->netns = conn->netns;
	entry->version = conn->version;
	entry->cipher = conn->cipher;
	entry->cause = failure->verdict.cause;
	entry->side = failure->verdict.side;
	entry->phase = failure->phase;
	entry->alert = failure->verdict.alert;
	entry->offered = conn->offered;
	entry->tls = conn->tls;
	entry->status = conn->status;
	__builtin_memcpy(entry->sni, conn->sni, sizeof(entry->sni));
	*(volatile __u64 *)&entry->number = number;
}

static __always_inline void origin_keep(const struct ecdn_xdp_origin_conn *conn,
					const struct origin_failure *failure)
{
	struct ecdn_xdp_origin_head *head = origin_shared();
	struct ecdn_xdp_origin_failure *entry;
	__u64 number;
	__u32 place;

	if (!head)
		return;
	bpf_spin_lock(&head->lock);
	number = ++head->number;
	bpf_spin_unlock(&head->lock);
	place = number % ECDN_XDP_ORIGIN_FAILURES;
	entry = bpf_map_lookup_elem(&origin_failures, &place);
	if (!entry)
		return;
	bpf_spin_lock(&head->lock);
	/* Later ones may have gone round the whole ring meanwhile. */
	if (entry->number < number)
		origin_fill(entry, number, conn, failure);
	bpf_spin_unlock(&head->lock);
}

/* The host name that a ClientHello had is the row's until a connection with another one ends. Where
 * two end at once on two CPUs, words of both names may be mixed until the next one does. */
static __always_inline void origin_learn(struct ecdn_xdp_origin_stats *stats,
					 const struct ecdn_xdp_origin_conn *conn)
{
	const volatile __u64 *from = (const __u64 *)conn->sni;
	volatile __u64 *to = (__u64 *)stats->sni;

	stats->tls = conn->tls;
	if (conn->version)
		stats->version = conn->version;
	if (!conn->sni[0])
		return;
	pure_unroll
	for (int i = 0; i < ECDN_XDP_ORIGIN_NAME_SIZE / 8; i++)
		if (to[i] != from[i])
			to[i] = from[i];
}

static __always_inline void origin_add(struct ecdn_xdp_origin_stats *stats,
				       const struct origin_failure *failure)
{
	__u32 cause = failure->verdict.cause;

	if (cause < ECDN_XDP_ORIGIN_CAUSES_ROOM)
		__sync_fetch_and_add(&stats->cause[cause], 1);
	__sync_fetch_and_add(&stats->received, failure->end.received);
	__sync_fetch_and_add(&stats->sent, failure->end.sent);
	if (failure->end.retransmits)
		__sync_fetch_and_add(&stats->retransmits, failure->end.retransmits);
	if (failure->end.srtt_us) {
		__sync_fetch_and_add(&stats->rtt_us, failure->end.srtt_us);
		__sync_fetch_and_add(&stats->rtts, 1);
	}
	if (!origin_failed(cause))
		return;
	stats->failure_ns = failure->now_ns;
	stats->failure = cause;
}

/* An answer that is cut between two records is none that is whole. */
static __always_inline __u8 origin_phase_of(const struct ecdn_xdp_origin_conn *conn,
					    const struct origin_failure *failure)
{
	__u8 phase = origin_phase(conn, &failure->end);

	if (phase != ECDN_XDP_ORIGIN_BETWEEN || !origin_failed(failure->verdict.cause))
		return phase;
	return conn->answers ? ECDN_XDP_ORIGIN_ANSWER : ECDN_XDP_ORIGIN_REQUEST;
}

/* Counts a connection that has ended, and keeps it if it is a failure. */
static __always_inline void origin_finish(const struct ecdn_xdp_origin_conn *conn,
					  struct origin_failure *failure)
{
	struct ecdn_xdp_origin_stats *stats = origin_counts(conn, &failure->row);
	struct ecdn_xdp_origin_head *head = origin_shared();

	if (!stats || !head)
		return;
	failure->verdict = origin_judge(conn, &failure->end);
	failure->phase = origin_phase_of(conn, failure);
	origin_add(stats, failure);
	if (failure->row && (conn->tls || conn->version))
		origin_learn(stats, conn);
	if (origin_lost(conn))
		__sync_fetch_and_add(&head->lost, 1);
	origin_count_span(failure->row, failure->verdict.cause, failure->now_ns);
	if (origin_failed(failure->verdict.cause))
		origin_keep(conn, failure);
}

#endif
