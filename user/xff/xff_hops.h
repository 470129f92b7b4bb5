/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_hops.h - what an X-Forwarded-For header says: addresses with commas between them, the first
 * of which is to be the user's. Anybody may have written anything in it. Nothing is logged;
 * thread-safe.
 */
#ifndef XFF_XFF_HOPS_H
#define XFF_XFF_HOPS_H

#include <stdbool.h>

#include "base/text.h"

/* Hops that are looked at, from the first one on: a header has room for thousands. */
#define XFF_HOPS_MAX 32

struct xff_hops {
	struct text rest;       /* what has not been read */
	unsigned int count;     /* of hops that were */
};

void xff_hops_start(struct xff_hops *hops, struct text header);

/*
 * The next hop. ADDRESS, IPv4:PORT and [IPv6] with or without :PORT, as balancers write them, are
 * addresses; family 0 stands for all else: unknown, _names (RFC 7239 has both), nothing, words.
 * False: there is none, or XFF_HOPS_MAX have been read.
 */
bool xff_hops_next(struct xff_hops *hops, struct address *address);

/* The last hop, however many there are: what the next one before this host has added. */
void xff_hops_last(struct text header, struct address *address);

/* Whether two addresses may be one user's: those of an IPv4 /24 or an IPv6 /56, as providers move
 * users among the addresses that they share, and IPv6 hosts change theirs by themselves. */
bool xff_hops_near(const struct address *one, const struct address *other);

/* Whether no packet of the internet has it as its source: RFC 1918, 6598, 3927, 4193, loopback. */
bool xff_hops_inner(const struct address *address);

#endif
