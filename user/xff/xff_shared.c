// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_shared.h"

#include "base/hash.h"

#define WAYS 4

/* The index of the place of an address, which may have to be taken from another one; -1: it gets
 * none. */
static int find_place(struct xff_shared *shared, const struct address *address)
{
	int first = (int)(hash_address(shared->seed, address) % (XFF_SHARED_PLACES / WAYS)) *
		    WAYS;
	int rarest = first;

	for (int i = first; i < first + WAYS; i++) {
		if (shared->place[i].address.bits == address->bits &&
		    shared->place[i].address.family == address->family)
			return i;
		if (shared->place[i].records < shared->place[rarest].records)
			rarest = i;
	}
	shared->random = hash_mix(shared->random + 1);
	if (shared->random % (shared->place[rarest].records + 1))
		return -1;
	shared->place[rarest].address = *address;
	shared->place[rarest].users = shared->place[rarest].regions = 0;
	shared->place[rarest].records = 0;
	return rarest;
}

bool xff_shared_count(struct xff_shared *shared, const struct address *address, uint64_t user_hash,
		      uint16_t region)
{
	int i = find_place(shared, address);

	if (i < 0)
		return false;
	shared->place[i].records += shared->place[i].records < UINT32_MAX;
	shared->place[i].users |= 1ULL << (user_hash >> 58);
	shared->place[i].regions |= 1ULL << (hash_mix(region + shared->seed) >> 58);
	return __builtin_popcountll(shared->place[i].users) >= XFF_SHARED_USERS &&
	       __builtin_popcountll(shared->place[i].regions) >= XFF_SHARED_REGIONS;
}
