// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * origin: hangs a record on each socket that this host connects to a watched port, and judges the
 * connection when it ends. It sees all sockets of a cgroup and answers nothing: `reply` is never
 * written, callback flags of other programs are kept, and the result is always 1.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "origin_end.h"
#include "origin_maps.h"
#include "origin_row.h"
#include "origin_watch.h"
#include "sock.h"

#define FIN_CAME (1UL << 1)     /* SOCK_DONE of a socket's flags, which tcp_fin() sets */

/* A socket may connect again after it has failed: its record begins anew. */
static __always_inline struct ecdn_xdp_origin_conn *record(struct bpf_sock *sk)
{
	struct ecdn_xdp_origin_conn *conn;

	bpf_sk_storage_delete(&origin_conns, sk);
	conn = bpf_sk_storage_get(&origin_conns, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!conn) {
		struct ecdn_xdp_origin_head *head = origin_shared();

		if (head)
			__sync_fetch_and_add(&head->no_memory, 1);
	}
	return conn;
}

static __always_inline void begin(struct bpf_sock_ops *ctx)
{
	struct ecdn_xdp_origin_config *conf = origin_configured();
	__u16 port = bpf_ntohl(ctx->remote_port);
	struct ecdn_xdp_origin_key key = {};
	struct bpf_sock *sk = ctx->sk;
	struct ecdn_xdp_origin_conn *conn;

	if (!conf || !sk || !origin_port(conf->ports, port))
		return;
	conn = record(sk);
	if (!conn)
		return;
	key.family = remote_address(ctx, (__u32 *)key.addr);
	key.port = port;
	conn->origin = key;
	conn->netns = watch_netns(sk);
	conn->watch = ECDN_XDP_ORIGIN_SKIPPED;
	if (!watch_is_asked(sk, conn, conf))
		return;
	conn->began_ns = bpf_ktime_get_ns();
	conn->need = ~0ULL;
	conn->content = conf->content;
	conn->plain = origin_port(conf->plain, port);
	conn->row = origin_begin(&key, conf->since_ns, conn->began_ns, &conn->row_ns);
	conn->watch = ECDN_XDP_ORIGIN_WATCHED;
	bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
}

static __always_inline struct ecdn_xdp_origin_conn *watched(struct bpf_sock *sk)
{
	struct ecdn_xdp_origin_conn *conn;

	conn = sk ? bpf_sk_storage_get(&origin_conns, sk, NULL, 0) : NULL;
	return conn && conn->watch == ECDN_XDP_ORIGIN_WATCHED ? conn : NULL;
}

/* From here on packets are read. What is next by the socket lags behind while a process holds it,
 * so that it is asked for this once. */
static __always_inline void establish(struct bpf_sock_ops *ctx)
{
	struct ecdn_xdp_origin_conn *conn = watched(ctx->sk);
	struct ecdn_xdp_origin_stats *stats;
	__u32 row;

	if (!conn)
		return;
	conn->established = 1;
	conn->finished_ns = bpf_ktime_get_ns();
	conn->in.next = ctx->rcv_nxt;
	conn->in.ready = conn->content;
	stats = origin_counts(conn, &row);
	if (stats)
		__sync_fetch_and_add(&stats->established, 1);
}

/* What the socket knows; false: nothing can be said. */
static __always_inline bool look(struct bpf_sock_ops *ctx, struct bpf_sock *sk,
				 const struct ecdn_xdp_origin_conn *conn, struct origin_end *end)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct sock *sock = (struct sock *)tcp;
	__u32 from = ctx->args[0];
	bool left = from != BPF_TCP_ESTABLISHED && from != BPF_TCP_CLOSE_WAIT;

	if (!tcp)
		return false;
	end->fin = sock->__sk_common.skc_flags & FIN_CAME;
	end->error = sock->sk_err;
	end->retransmits = ctx->total_retrans;
	end->srtt_us = ctx->srtt_us >> 3;
	end->hears = bpf_core_type_exists(btf_trace_inet_sk_error_report);
	if (!conn->established)
		return true;
	end->received = ctx->bytes_received;
	end->received -= end->fin && end->received; /* a FIN counts as a byte, */
	end->sent = ctx->bytes_acked;
	end->sent -= end->sent > 0; /* and so does a SYN */
	end->sent -= end->sent && left && ctx->snd_una == tcp->write_seq; /* and the own FIN */
	end->kept = ctx->snd_nxt == ctx->snd_una &&
		    origin_has_room(tcp->write_seq - ctx->snd_nxt, tcp->snd_wnd, ctx->mss_cache);
	return true;
}

/* What the socket has got and nobody has read, or the other way round: packets were not seen, or
 * came and were missing others before them. */
static __always_inline void compare(struct bpf_sock_ops *ctx, struct ecdn_xdp_origin_conn *conn,
				    const struct origin_end *end)
{
	__u32 got = ctx->rcv_nxt - end->fin - conn->in.next;

	if (origin_read(conn) && !conn->in.strange && ((__s32)got > 0 || (got && end->error)))
		conn->in.lost = 1;
}

static __always_inline void judge(struct bpf_sock_ops *ctx, struct bpf_sock *sk,
				  struct ecdn_xdp_origin_conn *conn)
{
	struct origin_failure failure = { .now_ns = bpf_ktime_get_ns() };
	struct ecdn_xdp_origin_config *conf = origin_configured();

	/* Of one whose packets are no longer read nobody knows how far it came. */
	if (conf && !conf->content)
		conn->content = 0;
	if (!look(ctx, sk, conn, &failure.end))
		return;
	compare(ctx, conn, &failure.end);
	origin_ends(conn, origin_closer(failure.end.error), failure.end.error, failure.now_ns);
	conn->watch = ECDN_XDP_ORIGIN_JUDGED;
	origin_finish(conn, &failure);
}

static __always_inline void follow(struct bpf_sock_ops *ctx)
{
	__u32 to = ctx->args[1];
	struct bpf_sock *sk = ctx->sk;
	struct ecdn_xdp_origin_conn *conn = watched(sk);

	if (!conn || !sk)
		return;
	if (to == BPF_TCP_CLOSE)
		judge(ctx, sk, conn);
	else if (to == BPF_TCP_CLOSE_WAIT)
		origin_ends(conn, ECDN_XDP_ORIGIN_SIDE_ORIGIN, false, bpf_ktime_get_ns());
	else if (to == BPF_TCP_FIN_WAIT1)
		origin_ends(conn, ECDN_XDP_ORIGIN_SIDE_NODE, false, bpf_ktime_get_ns());
}

SEC("sockops")
int origin(struct bpf_sock_ops *ctx)
{
	switch (ctx->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		begin(ctx);
		break;
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	/* An origin may answer a SYN with one of its own. Who was accepted has no record. */
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		establish(ctx);
		break;
	case BPF_SOCK_OPS_STATE_CB:
		follow(ctx);
		break;
	}
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
