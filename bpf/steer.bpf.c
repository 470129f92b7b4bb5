// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * steer: a new connection from a limited or blocked region goes to the listener that
 * answers 513 for the protected port, if that port has one. Where something is missing (the
 * entry, the table, the listener's sockets) the connection goes where it would have gone.
 */
#include <bpf/bpf_endian.h>

#include "cpu.h"
#include "region.h"
#include "region_maps.h"
#include "settings.h"
#include "steer_maps.h"
#include "trust.h"

#define AF_INET 2

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ECDN_XDP_STEER_MAX);
	__type(key, struct ecdn_xdp_steer_key);
	__type(value, struct ecdn_xdp_steer);
} steer_listeners SEC(".maps");

enum assigned {
	ASSIGNED,
	NO_SOCKET,              /* there is a listener, but none of its sockets is open */
	NO_LISTENER,
	REFUSED,
};

/* Loopback addresses are the host's own, and come by no interface that the guard counts. */
static __always_inline bool is_loopback(__u8 family, const __u32 addr_be[4])
{
	if (family == 4)
		return (addr_be[0] & bpf_htonl(0xff000000)) == bpf_htonl(0x7f000000);
	return !(addr_be[0] | addr_be[1] | addr_be[2]) && addr_be[3] == bpf_htonl(1);
}

static __always_inline bool is_refused(const struct ecdn_xdp_config *conf, __u8 family,
				       const __u32 addr_be[4])
{
	int region = region_of(family, addr_be);
	struct ecdn_xdp_region_state *state = bpf_map_lookup_elem(&region_state, &region);
	__u32 is;

	if (region < 0 || !state)
		return false;
	/* In a region that is normal the clock need not be asked. */
	if (state->state == ECDN_XDP_STATE_NORMAL)
		return false;
	is = ecdn_xdp_state_at(state, bpf_ktime_get_ns());
	if (is != ECDN_XDP_STATE_LIMITED && is != ECDN_XDP_STATE_BLOCKED)
		return false;
	if (region == ECDN_XDP_REGION_NONE && is_loopback(family, addr_be))
		return false;
	return !conf->trusted || !trusted_entry(family, addr_be);
}

/* A listener that is shut down, as HAProxy pauses one, keeps its place until it is closed. */
static __always_inline bool waits(const struct bpf_sock *sk)
{
	return sk->protocol == IPPROTO_TCP ? sk->state == BPF_TCP_LISTEN :
					     sk->state != BPF_TCP_ESTABLISHED;
}

/* Takes the first socket that will do: in a SO_REUSEPORT group the kernel then chooses one
 * itself. */
static __always_inline enum assigned assign(struct bpf_sk_lookup *ctx,
					    const struct ecdn_xdp_steer_key *key)
{
	struct ecdn_xdp_steer *listener = bpf_map_lookup_elem(&steer_listeners, key);
	enum assigned assigned = NO_SOCKET;

	if (!listener)
		return NO_LISTENER;
	for (__u32 i = 0; i < ECDN_XDP_STEER_SOCKETS; i++) {
		__u32 place = listener->first_socket + i;
		struct bpf_sock *sk = bpf_map_lookup_elem(&steer_sockets, &place);

		if (!sk)
			continue;
		if (waits(sk))
			assigned = bpf_sk_assign(ctx, sk, BPF_SK_LOOKUP_F_REPLACE) ? REFUSED :
										     ASSIGNED;
		bpf_sk_release(sk);
		if (assigned == ASSIGNED)
			break;
	}
	return assigned;
}

/* Assigns the listener of the connection's family or, without a socket of it, the other's. */
static __always_inline enum assigned assign_either(struct bpf_sk_lookup *ctx,
						   const struct ecdn_xdp_steer_key *key)
{
	struct ecdn_xdp_steer_key other = *key;
	enum assigned first = assign(ctx, key), second;

	if (first != NO_SOCKET && first != NO_LISTENER)
		return first;
	other.family = key->family == 4 ? 6 : 4;
	second = assign(ctx, &other);
	return second == NO_LISTENER ? first : second;
}

/* The guard looks for the sockets of packets that may be forged. */
static __always_inline bool guard_looks(void)
{
	__u32 id = bpf_get_smp_processor_id();
	struct ecdn_xdp_cpu *mine = bpf_map_lookup_elem(&cpu, &id);

	return mine && mine->looks_up;
}

/* Of TCP, the program listen counts what is steered, once it is a connection. */
static __always_inline void count(struct ecdn_xdp_steer_stats *stats, enum assigned assigned,
				  bool hooked)
{
	switch (assigned) {
	case ASSIGNED:
		stats->steered += !hooked;
		break;
	case NO_SOCKET:
		stats->no_socket++;
		break;
	case REFUSED:
		stats->refused++;
		break;
	case NO_LISTENER:
		break;
	}
}

SEC("sk_lookup")
int steer(struct bpf_sk_lookup *ctx)
{
	struct ecdn_xdp_steer_key key = {
		.port = ctx->local_port,
		.protocol = ctx->protocol,
		.family = ctx->family == AF_INET ? 4 : 6,
	};
	struct ecdn_xdp_steer_stats *stats = bpf_map_lookup_elem(&steer_stats, &key);
	enum assigned assigned = NO_LISTENER;
	struct ecdn_xdp_config *conf;
	__u32 addr_be[4] = {}, slot = 0;
	bool monitor;

	if (!stats)
		return SK_PASS;
	conf = bpf_map_lookup_elem(&config, &slot);
	if (!conf)
		return SK_PASS;
	if (!(conf->protect & ECDN_XDP_PROTECT_ALL) && !port_protected(key.protocol, key.port))
		return SK_PASS;

	if (key.family == 4) {
		addr_be[0] = ctx->remote_ip4;
	} else {
		addr_be[0] = ctx->remote_ip6[0];
		addr_be[1] = ctx->remote_ip6[1];
		addr_be[2] = ctx->remote_ip6[2];
		addr_be[3] = ctx->remote_ip6[3];
	}
	if (!is_refused(conf, key.family, addr_be))
		return SK_PASS;
	monitor = conf->monitor || conf->unguarded;
	if (!monitor)
		assigned = assign_either(ctx, &key);
	if (guard_looks())
		return SK_PASS;
	if (monitor)
		stats->would_steer++;
	else
		count(stats, assigned, conf->listen_hook && key.protocol == IPPROTO_TCP);
	return SK_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
