/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * shield.h - does a TCP packet that opens nothing belong to a socket of this host? In a surge
 * the guard asks that of each one to an address and port that is armed. A forger would have to
 * guess the addresses and ports of an open connection. What belongs to one is proven; what
 * belongs to none costs the host's stack twelve times as much as this look-up, and is dropped,
 * unless it completes a SYN cookie, or comes from an address that is known: the socket of a
 * connection that was just made on another CPU (RPS) may not be there yet.
 *
 * Where nobody listens at the address and port, nothing is dropped: a transparent proxy (TPROXY)
 * listens elsewhere, and which of its packets complete a cookie cannot be told here.
 *
 * Answering SYNs here, with cookies of the guard's own, would take the place of the drop beyond
 * shield_cps in limit.h. Before Linux 6.9 (bpf_sk_assign_tcp_reqsk) that loses TCP options.
 */
#ifndef BPF_SHIELD_H
#define BPF_SHIELD_H

#include <linux/tcp.h>

#include "sock.h"

#include "armed.h"
#include "config.h"
#include "cpu.h"
#include "headers.h"
#include "known.h"
#include "shield_meet.h"

/* In normal times an entry for which enough sockets were found is looked up in the jiffies in
 * which these bits are 0: one of 16. */
#define SHIELD_SAMPLE 15

/* Offsets of headers, as verifiers need them. */
#define SHIELD_UPPER_MASK 0x7fff

/* The addresses of a packet, and its headers, which are in bounds. */
struct shield_packet {
	__u8 family;            /* 0: the headers are not in the frame's linear part */
	__u32 source_be[4];
	__u32 target_be[4];
	void *ip;
	struct tcphdr *tcp;
};

static __always_inline void shield_read_v4(struct shield_packet *packet, void *data, void *end,
					   __u32 ip_at)
{
	struct iphdr *ip = data + ip_at;

	if ((void *)(ip + 1) > end)
		return;
	packet->family = 4;
	packet->source_be[0] = ip->saddr;
	packet->target_be[0] = ip->daddr;
	packet->ip = ip;
}

static __always_inline void shield_read_v6(struct shield_packet *packet, void *data, void *end,
					   __u32 ip_at)
{
	struct ipv6hdr *ip = data + ip_at;

	if ((void *)(ip + 1) > end)
		return;
	packet->family = 6;
	__builtin_memcpy(packet->source_be, &ip->saddr, sizeof(packet->source_be));
	__builtin_memcpy(packet->target_be, &ip->daddr, sizeof(packet->target_be));
	packet->ip = ip;
}

#ifdef SHIELD_TOLD
/* Of explain.bpf.c: what user space has found out, which looks at sockets by itself, as a look-up
 * by this program would be counted by the programs that are attached to look-ups. */
__u32 shield_told;

static __always_inline enum shield_meet shield_ask(struct xdp_md *ctx,
						   const struct shield_packet *packet)
{
	(void)ctx;
	(void)packet;
	return *(volatile __u32 *)&shield_told;
}
#else
static __always_inline struct bpf_sock *shield_look_up(struct xdp_md *ctx,
						       const struct shield_packet *packet)
{
	struct bpf_sock_tuple tuple = {};

	if (packet->family == 4) {
		tuple.ipv4.saddr = packet->source_be[0];
		tuple.ipv4.daddr = packet->target_be[0];
		tuple.ipv4.sport = packet->tcp->source;
		tuple.ipv4.dport = packet->tcp->dest;
		return bpf_skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS,
					  0);
	}
	__builtin_memcpy(tuple.ipv6.saddr, packet->source_be, sizeof(tuple.ipv6.saddr));
	__builtin_memcpy(tuple.ipv6.daddr, packet->target_be, sizeof(tuple.ipv6.daddr));
	tuple.ipv6.sport = packet->tcp->source;
	tuple.ipv6.dport = packet->tcp->dest;
	return bpf_skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
}

static __always_inline bool shield_cookie(struct bpf_sock *listener,
					  const struct shield_packet *packet)
{
	__u32 size = packet->family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	return !bpf_tcp_check_syncookie(listener, packet->ip, size, packet->tcp,
					sizeof(*packet->tcp));
}

/*
 * Of a request only what acknowledges its SYN-ACK completes a handshake, and who did not get that
 * does not know its number: a forger can make a request by one SYN, and send what he likes to it.
 * The number is not told where the listener's protocol is not plain TCP: of listeners in a map of
 * sockets, as steer's are, and of those of MPTCP.
 */
static __always_inline enum shield_meet shield_answers(struct bpf_sock *sk,
						       const struct shield_packet *packet)
{
	const struct tcp_request_sock *request = bpf_skc_to_tcp_request_sock(sk);

	if (!request)
		return MEET_REQUEST;
	return bpf_ntohl(packet->tcp->ack_seq) == request->snt_isn + 1 ? MEET_HANDSHAKE :
									 MEET_NOBODY;
}

/* MEET_NOBODY: it met a listener or a request. */
static __always_inline enum shield_meet shield_ask(struct xdp_md *ctx,
						   const struct shield_packet *packet)
{
	struct bpf_sock *sk = shield_look_up(ctx, packet);
	enum shield_meet meet = MEET_SOCKET;

	if (!sk)
		return MEET_UNSERVED;
	switch (sk->state) {
	case BPF_TCP_LISTEN:
		meet = shield_cookie(sk, packet) ? MEET_COOKIE : MEET_NOBODY;
		break;
	case BPF_TCP_NEW_SYN_RECV:
		meet = shield_answers(sk, packet);
		break;
	case BPF_TCP_TIME_WAIT:
		meet = MEET_HANDSHAKE;
		break;
	case BPF_TCP_SYN_RECV: /* made for a SYN alone, by TCP Fast Open */
		meet = MEET_UNASKED;
		break;
	}
	bpf_sk_release(sk);
	return meet;
}
#endif

/* Whether what a packet met says that those of its entry have sockets here, or have none. Requests
 * and sockets of Fast Open may be made by forged SYNs; and where nobody listens nothing is dropped
 * anyway: a server that is started again must not have its entry disarmed. */
static __always_inline bool shield_tells(enum shield_meet meet)
{
	return meet != MEET_UNSERVED && meet != MEET_REQUEST && meet != MEET_UNASKED;
}

/* A hash of who may own a source: of IPv6 its /48, as one customer has any number of /64s, and is
 * not to pass for many. */
static __always_inline __u64 shield_owner_hash(const struct shield_packet *packet, __u64 seed)
{
	const __u32 owner_be[4] = {
		packet->source_be[0], packet->source_be[1] & bpf_htonl(0xffff0000),
	};

	return known_hash(packet->family, owner_be, seed);
}

/* In normal times a sample is counted. In a surge what an entry still needs is: each count is
 * a write to a line that CPUs share, of which forged packets must not cause any. */
static __always_inline void shield_count(struct ecdn_xdp_armed *entry, enum shield_meet meet,
					 bool sample, __u64 owner_hash, __u64 now_ns)
{
	if (sample)
		armed_count(entry, meet != MEET_NOBODY && meet != MEET_KNOWN, meet == MEET_KNOWN,
			    owner_hash, now_ns);
	else if (meet == MEET_SOCKET && entry->found < ECDN_XDP_ARMED_FOUND)
		entry->found++;
}

static __always_inline enum shield_meet shield_judge(struct xdp_md *ctx,
						     const struct shield_packet *packet,
						     struct ecdn_xdp_cpu *now, __u64 seed,
						     bool sample)
{
	struct ecdn_xdp_armed_key key;
	struct ecdn_xdp_armed *entry;
	enum shield_meet meet;
	bool served, tells;
	__u64 hash;

	armed_key(&key, packet->family, packet->target_be, bpf_ntohs(packet->tcp->dest));
	entry = armed_entry(&key, now->now_ns);
	if (!entry || (sample && armed_drops(entry) && now->jiffies & SHIELD_SAMPLE))
		return MEET_UNASKED;
	hash = known_hash(packet->family, packet->source_be, seed);
	now->looks_up = 1;
	meet = shield_ask(ctx, packet);
	now->looks_up = 0;
	served = meet != MEET_UNSERVED;
	tells = shield_tells(meet);
	if (!served)
		meet = MEET_NOBODY;
	if (meet == MEET_NOBODY && known_has(hash, now->now_ns))
		meet = MEET_KNOWN;
	if (meet == MEET_COOKIE)
		known_set(hash, now->now_ns);
	if (tells)
		shield_count(entry, meet, sample, shield_owner_hash(packet, seed), now->now_ns);
	if (meet == MEET_REQUEST)
		return known_has(hash, now->now_ns) ? MEET_KNOWN : MEET_UNASKED;
	return meet == MEET_NOBODY && !(served && armed_drops(entry)) ? MEET_UNASKED : meet;
}

/*
 * What a TCP packet that opens nothing meets. upper_at: offset of its TCP header; sample: 1 if
 * that is only counted, to learn whether look-ups find sockets. A global function, as it is
 * verified once then, and few packets call it but in surges.
 */
__noinline __u32 shield_meet(struct xdp_md *ctx, __u32 ip_at, __u32 upper_at, __u32 id,
			     __u32 sample)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ecdn_xdp_cpu *now = bpf_map_lookup_elem(&cpu, &id);
	struct shield_packet packet = {};
	__u32 slot = 0;
	struct ecdn_xdp_config *conf = bpf_map_lookup_elem(&config, &slot);
	struct iphdr *ip;

	ip_at &= HEADERS_IP_MASK;
	packet.tcp = data + (upper_at & SHIELD_UPPER_MASK);
	ip = data + ip_at;
	if (!now || !conf || (void *)(packet.tcp + 1) > end || (void *)(ip + 1) > end)
		return MEET_UNASKED;
	if (ip->version == 4)
		shield_read_v4(&packet, data, end, ip_at);
	else
		shield_read_v6(&packet, data, end, ip_at);
	if (!packet.family)
		return MEET_UNASKED;
	return shield_judge(ctx, &packet, now, conf->hash_seed, sample);
}

#endif
