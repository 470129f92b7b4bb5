/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * armed.h - to which local addresses and ports do packets belong to a socket of this host? What
 * a router forwards, what a rule of the firewall sends to a container (DNAT), and other network
 * namespaces' traffic has no socket here, and must not be dropped for it. So an address and port
 * is looked up only after a connection was accepted there, and packets without a socket are
 * dropped only after look-ups have found sockets. If many clients that are known to be real have
 * none, some connections go elsewhere, and the entry is disarmed: nothing is dropped for want of a
 * socket, and tiers alone limit. Who has or guesses many known addresses can bring that about.
 */
#ifndef BPF_ARMED_H
#define BPF_ARMED_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ecdn-xdp-maps.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, ECDN_XDP_ARMED_MAX);
	__type(key, struct ecdn_xdp_armed_key);
	__type(value, struct ecdn_xdp_armed);
} armed SEC(".maps");

/*
 * An entry is disarmed when so many known addresses had no socket, which are one in 20 of those
 * that look-ups met, and when most packets without a socket come from known addresses: a flood of
 * forged ones hits by chance addresses that are known, or taken for known.
 */
#define ARMED_MISSED 32
/* ... and if their owners are not few: so many of the 64 values that a hash of these has. */
#define ARMED_MISSED_VALUES 16
/* Counts are halved when they reach this, so that they follow what changes. */
#define ARMED_COUNTED 1024
#define ARMED_MINUTE_NS (60 * 1000000000ULL)

/* addr_be: an IPv4 address is its first word, and zeros follow. */
static __always_inline void armed_key(struct ecdn_xdp_armed_key *key, __u8 family,
				      const __u32 addr_be[4], __u16 port)
{
	__builtin_memcpy(key->addr, addr_be, sizeof(key->addr));
	key->port = port;
	key->family = family;
	key->reserved = 0;
}

/* Negative where another CPU, whose clock is ahead, has just written the entry. */
static __always_inline __s64 armed_age(__u64 then_ns, __u64 now_ns)
{
	return now_ns - then_ns;
}

/* A connection was accepted there. */
static __always_inline void armed_connected(const struct ecdn_xdp_armed_key *key, __u64 now_ns)
{
	struct ecdn_xdp_armed first = { .connected_ns = now_ns };
	struct ecdn_xdp_armed *entry = bpf_map_lookup_elem(&armed, key);

	if (!entry)
		bpf_map_update_elem(&armed, key, &first, BPF_NOEXIST);
	else if (armed_age(entry->connected_ns, now_ns) > (__s64)ECDN_XDP_ARMED_NS)
		*entry = first;
	else if (armed_age(entry->connected_ns, now_ns) > (__s64)ARMED_MINUTE_NS)
		entry->connected_ns = now_ns;
}

/* The entry if packets to it are to be looked up, or NULL. Those to one that is disarmed are, too:
 * what belongs to a socket is proven all the same. */
static __always_inline struct ecdn_xdp_armed *armed_entry(const struct ecdn_xdp_armed_key *key,
							  __u64 now_ns)
{
	const struct ecdn_xdp_armed again = { .connected_ns = now_ns };
	struct ecdn_xdp_armed *entry = bpf_map_lookup_elem(&armed, key);

	if (!entry || armed_age(entry->connected_ns, now_ns) > (__s64)ECDN_XDP_ARMED_NS)
		return NULL;
	if (entry->disarmed_ns && armed_age(entry->disarmed_ns, now_ns) > (__s64)ECDN_XDP_ARMED_NS)
		*entry = again;
	return entry;
}

/* True if look-ups have shown that packets to the entry have sockets here. */
static __always_inline bool armed_drops(const struct ecdn_xdp_armed *entry)
{
	return !entry->disarmed_ns && entry->found >= ECDN_XDP_ARMED_FOUND;
}

static __always_inline __u32 armed_bits(__u64 bits)
{
	bits -= bits >> 1 & 0x5555555555555555ULL;
	bits = (bits & 0x3333333333333333ULL) + (bits >> 2 & 0x3333333333333333ULL);
	return ((bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fULL) * 0x0101010101010101ULL >> 56;
}

static __always_inline bool armed_misses(const struct ecdn_xdp_armed *entry)
{
	return entry->missed_known >= ARMED_MISSED &&
	       entry->missed_known * 20 > entry->found &&
	       entry->missed_known > entry->missed &&
	       armed_bits(entry->missed_bits) >= ARMED_MISSED_VALUES;
}

/* Both together, as they are compared. */
static __always_inline void armed_halve_missed(struct ecdn_xdp_armed *entry)
{
	entry->missed /= 2;
	entry->missed_known /= 2;
	entry->missed_bits = 0;
}

/* Counts a look-up for an address whose owner has that hash. CPUs may count at the same time: one
 * of them may be lost, which does not matter to a sample. */
static __always_inline void armed_count(struct ecdn_xdp_armed *entry, bool found, bool is_known,
					__u64 owner_hash, __u64 now_ns)
{
	if (found) {
		entry->found++;
	} else if (is_known) {
		entry->missed_known++;
		entry->missed_bits |= 1ULL << (owner_hash >> 48 & 63);
	} else {
		entry->missed++;
	}
	if (!entry->disarmed_ns && armed_misses(entry))
		entry->disarmed_ns = now_ns;
	if (entry->found + entry->missed_known >= ARMED_COUNTED) {
		entry->found /= 2;
		armed_halve_missed(entry);
	} else if (entry->missed >= ARMED_COUNTED) {
		armed_halve_missed(entry);
	}
}

#endif
