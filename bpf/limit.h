/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * limit.h - may this packet pass? Each CPU adds up a region's packets by itself and hands
 * them over to the region's shared rate once a jiffy (rate.h derives what that costs in
 * accuracy); between two hand-overs a packet reads and writes this CPU's memory alone.
 */
#ifndef BPF_LIMIT_H
#define BPF_LIMIT_H

#include "bucket.h"
#include "ceiling.h"
#include "count.h"
#include "cpu.h"
#include "judge.h"
#include "packet.h"
#include "prefix_lease.h"
#include "rate.h"
#include "settings.h"
#include "shield.h"
#include "trust.h"
#include "wider.h"

enum drop {
	DROP_NONE,
	DROP_BLOCKED,
	DROP_PREFIX_PPS,
	DROP_ANSWER_CPS,
	DROP_VLAN_DEPTH,
	DROP_NO_SOCKET,
	DROP_TRUSTED_PPS,
};

/*
 * True if the packet's port makes the limits hold for it. A packet that hides its ports counts as
 * protected, so that hiding buys nothing. Neighbour discovery never counts so, as without it
 * the host is off the network.
 */
static __always_inline bool is_protected(const struct ecdn_xdp_config *config,
					 const struct packet *packet)
{
	if (config->protect & ECDN_XDP_PROTECT_ALL)
		return !packet->neighbour;
	if (packet->has_port)
		return port_protected(packet->proto, packet->port);
	if (packet->opaque == PACKET_CLEAR)
		return false;
	if (packet->proto == IPPROTO_TCP)
		return config->protect & ECDN_XDP_PROTECT_TCP;
	if (packet->proto == IPPROTO_UDP)
		return config->protect & ECDN_XDP_PROTECT_UDP;
	return packet->proto == PACKET_PROTO_UNKNOWN && config->protect;
}

/* What becomes of a packet. */
enum standing {
	STANDING_FREE,          /* it passes: nothing protects its port, or it is trusted */
	STANDING_MEASURED,      /* it is measured, and may be dropped */
	STANDING_OVER,          /* trusted, but above its prefix's ceiling: it may be dropped */
};

/* Leases from a region's bucket for answers, of which the lowest reserve_ns are not given. */
static __always_inline bool lease_answer(__u32 region, const struct ecdn_xdp_lease *lease,
					 __u64 reserve_ns, __u64 now_ns)
{
	struct ecdn_xdp_region_rate *shared = bpf_map_lookup_elem(&region_rate, &region);
	bool granted;

	if (!shared)
		return true;
	bpf_spin_lock(&shared->lock);
	granted = bucket_lease(&shared->answer_ns, lease->cost_ns,
			       lease->depth_ns - reserve_ns, now_ns - reserve_ns);
	bpf_spin_unlock(&shared->lock);
	return granted;
}

/* True if the prefix lost packets to prefix_pps in the last 256 jiffies, a second at HZ=250. */
static __always_inline bool floods(const struct source *source, __u32 jiffy)
{
	const struct ecdn_xdp_prefix *prefix = source->prefix;

	return prefix && prefix->credit.denied && jiffy - prefix->credit.denied < 256;
}

/*
 * Connections of addresses that are known come first: all tokens are theirs, while the lowest
 * quarter is not given to others. Of a prefix that floods, be it known or not, more may pass than
 * all answers that there are: it gets tokens of the bucket's upper half alone.
 */
static __always_inline bool answer_passes(struct ecdn_xdp_region_cpu *local, __u32 region,
					  const struct source *source, enum share share,
					  const struct ecdn_xdp_cpu *now)
{
	const struct ecdn_xdp_lease *lease = &local->answer_lease;
	__u32 jiffy = now->jiffies, greedy;
	struct ecdn_xdp_credit *credit;
	__u64 reserve_ns;

	if (!lease->batch)
		return true;
	greedy = floods(source, jiffy);
	credit = greedy ? &local->answer_credit[1] : &local->answer_credit[0];
	reserve_ns = greedy ? lease->depth_ns / 2 : lease->depth_ns / 4;
	if (share == SHARE_KNOWN && !greedy) {
		credit = &local->known_credit;
		reserve_ns = 0;
	}
	if (credit_spend(credit, lease->batch))
		return true;
	if (credit_denied(credit, jiffy))
		return false;
	return credit_renew(credit, lease->batch, jiffy,
			    lease_answer(region, lease, reserve_ns, now->now_ns));
}

/*
 * True if the packet opens a connection, or hides its ports so that it might: hiding buys
 * nothing. A later fragment opens none by itself, but the packet that it completes may.
 */
static __always_inline bool may_open(const struct packet *packet)
{
	return packet->connection || packet->opaque;
}

/* True if the packet counts as a connection. */
static __always_inline bool counts_as_open(const struct packet *packet)
{
	return may_open(packet) && packet->opaque != PACKET_FRAGMENT;
}

static __always_inline enum standing standing_of(const struct ecdn_xdp_config *config,
						 const struct packet *packet,
						 const struct ecdn_xdp_cpu *now, __u32 id)
{
	__u32 leaf;

	if (!is_protected(config, packet))
		return STANDING_FREE;
	leaf = config->trusted ? trusted_entry(packet->family, packet->addr_be) : 0;
	if (!leaf)
		return STANDING_MEASURED;
	return within_ceiling(config, leaf, packet->bytes, counts_as_open(packet), now, id) ?
	       STANDING_FREE : STANDING_OVER;
}

/* True if a socket can be looked up for the packet. */
static __always_inline bool has_socket(const struct packet *packet)
{
	return packet->proto == IPPROTO_TCP && packet->has_port && !packet->connection;
}

/* In normal times a CPU looks up one packet of a jiffy, so that in a surge the guard knows where
 * look-ups find sockets. */
static __always_inline void sample_socket(struct xdp_md *ctx, const struct packet *packet,
					  const struct ecdn_xdp_config *conf, __u32 state,
					  struct ecdn_xdp_cpu *now, __u32 id)
{
	if (conf->shield != ECDN_XDP_SHIELD_ON || state != ECDN_XDP_STATE_NORMAL ||
	    !has_socket(packet))
		return;
	now->sampled_jiffies = now->jiffies;
	shield_meet(ctx, packet->ip_at, packet->upper_at, id, true);
}

/* Brings the region's state up to date, and adds the packet to its load unless it is one above a
 * ceiling: who forges trusted addresses must not have a region limited. False if a map is
 * missing. */
static __always_inline bool measure(struct xdp_md *ctx, const struct ecdn_xdp_config *conf,
				    const struct packet *packet, enum standing standing,
				    __u32 region, struct ecdn_xdp_region_cpu *local,
				    struct ecdn_xdp_cpu *now, __u32 id)
{
	if ((local->jiffies != now->jiffies || local->generation != conf->generation) &&
	    !hand_over(region, id, packet->family, change_pair(packet->addr_be),
		       change_pair(packet->addr_be + 2)))
		return false;
	if (standing == STANDING_OVER)
		return true;
	if (now->sampled_jiffies != now->jiffies)
		sample_socket(ctx, packet, conf, local->state, now, id);
	local->load_packets++;
	local->load_bits += packet->bytes * 8ULL;
	local->load_connections += counts_as_open(packet);
	return true;
}

/* What is known of a packet beyond its headers; zeros outside a surge. */
struct meeting {
	enum shield_meet meet;
	enum share share;       /* of its prefix, in which the packet counts */
	bool measured;          /* it adds to its region's rates */
};

static __always_inline enum share share_of(enum shield_meet meet)
{
	switch (meet) {
	case MEET_SOCKET:
	case MEET_HANDSHAKE:
	case MEET_COOKIE:
		return SHARE_PROVEN;
	case MEET_KNOWN:
		return SHARE_KNOWN;
	default:
		return SHARE_UNPROVEN;
	}
}

static __always_inline void count_excused(enum shield_meet meet)
{
	struct ecdn_xdp_events *count = NULL;

	if (meet == MEET_COOKIE || meet == MEET_KNOWN)
		count = events_of_cpu();
	if (count && meet == MEET_COOKIE)
		count->cookie++;
	else if (count)
		count->known++;
}

static __always_inline void meeting_of(struct meeting *meeting, struct xdp_md *ctx,
				       const struct ecdn_xdp_config *conf,
				       const struct packet *packet, enum standing standing,
				       const struct ecdn_xdp_cpu *now, __u32 id)
{
	meeting->measured = standing == STANDING_MEASURED;
	if (conf->shield != ECDN_XDP_SHIELD_ON)
		return;
	if (has_socket(packet)) {
		meeting->meet = shield_meet(ctx, packet->ip_at, packet->upper_at, id, false);
		meeting->share = share_of(meeting->meet);
		count_excused(meeting->meet);
	} else if (may_open(packet) && known_has(known_hash(packet->family, packet->addr_be,
							    conf->hash_seed), now->now_ns)) {
		meeting->share = SHARE_KNOWN;
	}
}

static __always_inline void count_proven(struct ecdn_xdp_region_cpu *local, __u32 bytes)
{
	local->proven_packets++;
	local->proven_bytes += bytes;
	local->load_proven_packets++;
	local->load_proven_bits += bytes * 8ULL;
}

/*
 * What is proven. Of one prefix no more counts than prefix_pps, as whoever has one connection can
 * have its packets copied with any source that can be forged: so they do not limit the region.
 * That is also all that passes while the region is limited. While it is shielded as much more
 * passes as of the widest prefix, as one connection is no leave to send any number of packets; but
 * of what completes a cookie once more prefix_pps, as it can be sent again to make connections that
 * are counted: one address would have its region limited.
 */
static __always_inline enum drop judge_proven(const struct packet *packet, __u32 region,
					      const struct source *source,
					      const struct meeting *meeting,
					      struct ecdn_xdp_region_cpu *local,
					      const struct ecdn_xdp_cpu *now, __u32 id)
{
	if (prefix_passes(local, source, now)) {
		if (meeting->measured && meeting->meet == MEET_SOCKET)
			count_proven(local, packet->bytes);
		return DROP_NONE;
	}
	return local->state == ECDN_XDP_STATE_SHIELDED &&
	       more_passes(source, packet, meeting->meet == MEET_COOKIE, region, id) ?
	       DROP_NONE : DROP_PREFIX_PPS;
}

/* Prefixes are judged first, so that one that floods does not use up its region's answers. */
static __always_inline enum drop judge(const struct packet *packet, __u32 region,
				       const struct source *source,
				       const struct meeting *meeting,
				       struct ecdn_xdp_region_cpu *local,
				       const struct ecdn_xdp_cpu *now, __u32 id)
{
	if (local->state == ECDN_XDP_STATE_BLOCKED)
		return DROP_BLOCKED;
	if (!in_surge(local->state))
		return DROP_NONE;
	if (meeting->meet == MEET_NOBODY)
		return DROP_NO_SOCKET;
	if (meeting->share == SHARE_PROVEN)
		return judge_proven(packet, region, source, meeting, local, now, id);
	if (!prefix_passes(local, source, now) ||
	    !wider_passes(packet, meeting->share == SHARE_UNPROVEN, region, id))
		return DROP_PREFIX_PPS;
	if (may_open(packet) && !answer_passes(local, region, source, meeting->share, now))
		return DROP_ANSWER_CPS;
	return DROP_NONE;
}

#endif
