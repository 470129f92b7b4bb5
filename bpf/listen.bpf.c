// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * listen: puts the socket of a steered port's listener into steer_sockets while the listener's
 * listen(2) is under way, so that nobody needs to look for it; and counts the connections that
 * were steered, once they are established. It sees all sockets of a cgroup and answers nothing:
 * `reply` is never written, and the result is always 1.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "region.h"
#include "region_cpu.h"
#include "sock.h"
#include "sock_address.h"
#include "steer_maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE); /* accepted sockets inherit it */
	__type(key, int);
	__type(value, struct ecdn_xdp_steer_mark);
} steer_marks SEC(".maps");

struct listener {
	struct ecdn_xdp_steer_mark at;
	bool any;               /* it waits at any address ... */
	bool serves_v4;         /* ... of both families */
	__u32 netns;
	__u32 user;
};

static __always_inline bool is_any(const __u32 addr_be[4])
{
	return !(addr_be[0] | addr_be[1] | addr_be[2] | addr_be[3]);
}

static __always_inline bool is_same(const __u32 one[4], const __u32 other[4])
{
	return one[0] == other[0] && one[1] == other[1] && one[2] == other[2] &&
	       one[3] == other[3];
}

/* False for what is no socket of a listener that can be told: MPTCP's is the kernel's own. */
static __always_inline bool read_listener(struct bpf_sock_ops *ctx, struct bpf_sock *sk,
					  struct listener *listener)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct sock *sock = (struct sock *)tcp;

	if (!tcp)
		return false;
	if (bpf_core_field_exists(tcp->is_mptcp) && BPF_CORE_READ_BITFIELD(tcp, is_mptcp))
		return false;
	listener->netns = sock->__sk_common.skc_net.net->ns.inum;
	listener->user = sock->sk_uid.val;
	listener->at.family = local_address(ctx, listener->at.addr_be);
	listener->at.port = ctx->local_port;
	listener->any = is_any(listener->at.addr_be);
	listener->serves_v4 = listener->at.family == 4 ||
			      !BPF_CORE_READ_BITFIELD(&sock->__sk_common, skc_ipv6only);
	return true;
}

/*
 * As user space finds a rule's sockets (net/listeners.h, steer/steer_rule.h), but that it cannot
 * tell what is in the row already: where one socket waits at the address and others at any, which
 * the kernel allows with SO_REUSEPORT alone, all of them are put there.
 */
static __always_inline bool is_of(const struct listener *listener,
				  const struct ecdn_xdp_steer_rule *rule)
{
	if (!rule->family || rule->protocol != IPPROTO_TCP ||
	    rule->listener_port != listener->at.port || rule->netns != listener->netns)
		return false;
	if (listener->user && listener->user != rule->user && listener->user != rule->port_user)
		return false;
	if (!listener->any)
		return rule->family == listener->at.family &&
		       is_same((const __u32 *)rule->listener_addr, listener->at.addr_be);
	if (rule->port == rule->listener_port)
		return false;
	return rule->family == listener->at.family || (rule->family == 4 && listener->serves_v4);
}

/* Places of a row whose sockets stay while they are open: those that were there first. */
#define STAYING (ECDN_XDP_STEER_SOCKETS / 2)
/* Of a proxy's sockets, so many stay that came first: they are the last that it closes. */
#define FIRST 4

/* The proxy whose sockets came into a row last. */
struct newcomer {
	__u64 program;
	__u32 places;           /* a bit for each place that has one of its first sockets */
	__u32 count;            /* of those */
	__u32 next;             /* counts the places that were taken from others */
};

static struct newcomer newcomers[ECDN_XDP_STEER_MAX];

/* A proxy that starts anew as another program, in the same process, is another. */
static __always_inline __u64 this_program(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return (BPF_CORE_READ(task, self_exec_id) << 32) + BPF_CORE_READ(task, tgid);
}

static __always_inline struct newcomer *newcomer_of(__u32 row)
{
	struct newcomer *newcomer = &newcomers[row % ECDN_XDP_STEER_MAX];
	__u64 program = this_program();

	if (newcomer->program != program) {
		newcomer->program = program;
		newcomer->places = 0;
		newcomer->count = 0;
	}
	return newcomer;
}

/* One after the other, so that sockets which come together share the places. */
static __always_inline __u32 place_to_take(struct newcomer *newcomer)
{
	__u32 place = STAYING;

	for (__u32 i = 0; i <= FIRST; i++) {
		place = STAYING + newcomer->next++ % (ECDN_XDP_STEER_SOCKETS - STAYING);
		if (!(newcomer->places & 1U << place))
			break;
	}
	return place;
}

/*
 * Puts the socket into the first free place of a row. Where there is none it takes that of another:
 * those may be of a proxy that ends once this one has started, and a socket that nobody has put
 * anywhere would not be looked for again. But a proxy that reloads with fewer sockets calls no
 * listen(2), and keeps those that were first: so half of the places are taken from nobody, and of
 * the others none that has one of the proxy's own first sockets. A socket that listens once more,
 * after shutdown(), takes none, as it may be in the row: put over itself, it would before Linux
 * 6.13 stay there after it is closed.
 */
static __always_inline void put(struct bpf_sock_ops *ctx, struct bpf_sock *sk, __u32 row,
				struct ecdn_xdp_steer_mark *mark, bool again)
{
	struct newcomer *newcomer = newcomer_of(row);
	__u32 place, at = 0;
	long err = -1;

	for (__u32 i = 0; i < ECDN_XDP_STEER_SOCKETS && err; i++) {
		at = i;
		place = row * ECDN_XDP_STEER_SOCKETS + i;
		err = bpf_sock_map_update(ctx, &steer_sockets, &place, BPF_NOEXIST);
	}
	if (err && !again) {
		at = place_to_take(newcomer);
		place = row * ECDN_XDP_STEER_SOCKETS + at;
		err = bpf_sock_map_update(ctx, &steer_sockets, &place, BPF_ANY);
	}
	if (err)
		return;
	if (newcomer->count < FIRST) {
		newcomer->places |= 1U << at;
		newcomer->count++;
	}
	bpf_sk_storage_get(&steer_marks, sk, mark, BPF_SK_STORAGE_GET_F_CREATE);
}

/* A function that is verified once, and not for each row. */
__noinline int adopt_into(struct bpf_sock_ops *ctx, __u32 row, __u32 again)
{
	struct ecdn_xdp_steer_rule *rule = bpf_map_lookup_elem(&steer_rules, &row);
	struct bpf_sock *sk = ctx->sk;
	struct listener listener = {};

	if (rule && sk && read_listener(ctx, sk, &listener) && is_of(&listener, rule))
		put(ctx, sk, row, &listener.at, again);
	return 0;
}

static __always_inline void adopt(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	bool again = sk && bpf_sk_storage_get(&steer_marks, sk, NULL, 0);
	__u32 port = ctx->local_port;

	for (__u32 row = 0; row < ECDN_XDP_STEER_MAX; row++) {
		__u32 key = row;
		struct ecdn_xdp_steer_rule *rule = bpf_map_lookup_elem(&steer_rules, &key);

		if (rule && rule->family && rule->listener_port == port)
			adopt_into(ctx, row, again);
	}
}

static __always_inline void count_region(__u8 family, const __u32 addr_be[4])
{
	int region = region_of(family, addr_be);
	struct ecdn_xdp_region_cpu *mine;

	if (region < 0)
		return;
	mine = region_of_cpu(region, bpf_get_smp_processor_id());
	if (mine)
		__sync_fetch_and_add(&mine->steered, 1);
}

/* Not while steer counts look-ups. A process, which another may interrupt on the same CPU, can be
 * what establishes a connection: so what is added is atomic. */
static __always_inline void count(struct bpf_sock_ops *ctx)
{
	struct ecdn_xdp_steer_key key = { .protocol = IPPROTO_TCP };
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &(__u32){ 0 });
	struct bpf_sock *sk = ctx->sk;
	struct ecdn_xdp_steer_stats *stats;
	struct ecdn_xdp_steer_mark *mark;
	__u32 addr_be[4] = {};

	if (!conf || !conf->listen_hook)
		return;
	mark = sk ? bpf_sk_storage_get(&steer_marks, sk, NULL, 0) : NULL;
	if (!mark)
		return;
	key.port = ctx->local_port;
	key.family = local_address(ctx, addr_be);
	if (key.port == mark->port && (is_any(mark->addr_be) || is_same(mark->addr_be, addr_be)))
		return;
	stats = bpf_map_lookup_elem(&steer_stats, &key);
	if (!stats)
		return;
	__sync_fetch_and_add(&stats->steered, 1);
	addr_be[1] = addr_be[2] = addr_be[3] = 0;
	key.family = remote_address(ctx, addr_be);
	count_region(key.family, addr_be);
}

SEC("sockops")
int listen(struct bpf_sock_ops *ctx)
{
	switch (ctx->op) {
	case BPF_SOCK_OPS_TCP_LISTEN_CB:
		adopt(ctx);
		break;
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		count(ctx);
		break;
	}
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
