/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * change_ring.h - the last changes of regions' states, for `ecdn-xdp events`. Nothing here is done
 * for a packet, but for a change of a state.
 *
 * A change is written once the region's lock is released, as a program may hold one lock at a
 * time. It takes its number under the lock of the ring, and is written under that again, since
 * its place can be looked up only when the number is known, and not under a lock. So a reader may
 * see the last number before its entry. All writes to an entry are under the ring's lock: whoever
 * copies the ring before and after he has taken that lock, and finds an entry the same, has all
 * of it.
 */
#ifndef BPF_CHANGE_RING_H
#define BPF_CHANGE_RING_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "change.h"

/* The loader sizes it to config.max_regions. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_REGIONS_DEFAULT);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_region_history);
} region_history SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_change_head);
} change_head SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ECDN_XDP_CHANGES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct ecdn_xdp_change);
} changes SEC(".maps");

/* Two words of an address, which are in network byte order; the first one in the upper half. */
static __always_inline __u64 change_pair(const __u32 words_be[2])
{
	return (__u64)words_be[0] << 32 | words_be[1];
}

/* The first argument of change_made(); family: of the packet, 4 or 6; 0: there is none. */
static __always_inline __u64 change_what(__u32 region, __u32 from, __u32 to, __u32 family)
{
	return (__u64)region << 32 | (from & 0xff) << 16 | (to & 0xff) << 8 | (family & 0xff);
}

static __always_inline struct ecdn_xdp_change *change_place(__u64 number)
{
	__u32 place = number % ECDN_XDP_CHANGES;

	return bpf_map_lookup_elem(&changes, &place);
}

/* Adds a change to the entry of the region's last one, if both are flaps within a minute of each
 * other. The caller holds the ring's lock. */
static __always_inline bool change_join(struct ecdn_xdp_change *entry,
					const struct ecdn_xdp_region_history *history,
					const struct change *change)
{
	if (!history->flap || entry->number != history->flap || !change_flaps(change) ||
	    change->time_ns - history->flap_ns >= ECDN_XDP_FLAP_NS)
		return false;
	entry->count++;
	if (change->time_ns <= entry->last_ns)
		return true;
	entry->last_ns = change->time_ns;
	entry->to = change->to;
	entry->until_ns = change->until_ns;
	return true;
}

/* Takes a number for a change that begins an entry. The caller holds the ring's lock. */
static __always_inline __u64 change_number(struct ecdn_xdp_change_head *head,
					   struct ecdn_xdp_region_history *history,
					   const struct change *change)
{
	__u64 number = head->number + 1;

	head->number = number;
	history->flap = change_flaps(change) ? number : 0;
	history->flap_ns = change->time_ns;
	return number;
}

/* The number comes first and last, for readers that take no lock. */
static __always_inline void change_fill(struct ecdn_xdp_change *entry, __u64 number, __u64 what,
					const struct change *change, __u64 upper, __u64 lower)
{
	__u32 *addr = (__u32 *)entry->addr;

	*(volatile __u64 *)&entry->number = 0;
	entry->time_ns = change->time_ns;
	entry->last_ns = change->time_ns;
	entry->rate = change->rate;
	entry->limit = change->limit;
	entry->until_ns = change->until_ns;
	entry->region = what >> 32;
	entry->count = 1;
	entry->from = change->from;
	entry->to = change->to;
	entry->measure = change->measure;
	entry->proven = change->proven;
	entry->family = what;
	entry->silent = change->silent;
	addr[0] = upper >> 32;
	addr[1] = upper;
	addr[2] = lower >> 32;
	addr[3] = lower;
	*(volatile __u64 *)&entry->number = number;
}

/* The caller holds no lock. */
static __always_inline void change_write(__u64 what, const struct change *change, __u64 upper,
					 __u64 lower)
{
	__u32 slot = 0, region = what >> 32;
	struct ecdn_xdp_region_history *history = bpf_map_lookup_elem(&region_history, &region);
	struct ecdn_xdp_change_head *head = bpf_map_lookup_elem(&change_head, &slot);
	struct ecdn_xdp_change *entry;
	__u64 number = 0;

	entry = history ? change_place(history->flap) : NULL;
	if (!entry || !head)
		return;
	bpf_spin_lock(&head->lock);
	if (!change_join(entry, history, change))
		number = change_number(head, history, change);
	bpf_spin_unlock(&head->lock);

	entry = number ? change_place(number) : NULL;
	if (!entry)
		return;
	bpf_spin_lock(&head->lock);
	/* Later ones may have gone round the whole ring meanwhile. */
	if (entry->number < number)
		change_fill(entry, number, what, change, upper, lower);
	bpf_spin_unlock(&head->lock);
}

#endif
