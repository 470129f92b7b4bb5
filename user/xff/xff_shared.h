/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_shared.h - addresses that a header shows for users of many networks and of several regions:
 * they are no user's, even if nobody has named them. The table has a fixed size; an address that
 * is new takes a place from the rarest of four with probability 1 / (records + 1). Nothing is
 * logged.
 */
#ifndef XFF_XFF_SHARED_H
#define XFF_XFF_SHARED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

#define XFF_SHARED_PLACES 4096

/* Bits that hashes have set, of 64, from which on it is shared: by about 44 users and by 3 or more
 * regions. */
#define XFF_SHARED_USERS 32
#define XFF_SHARED_REGIONS 3

struct xff_shared {
	uint64_t seed, random;
	struct {
		struct address address;
		uint64_t users, regions; /* a bit each, by hash */
		uint32_t records;
	} place[XFF_SHARED_PLACES];
};

/* Counts a record that shows the address for another one. Whether it is shared. */
bool xff_shared_count(struct xff_shared *shared, const struct address *address, uint64_t user_hash,
		      uint16_t region);

#endif
