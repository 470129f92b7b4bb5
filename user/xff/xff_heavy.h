/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_heavy.h - the prefixes that most of a number of addresses are in, in memory of a fixed size
 * (Misra and Gries, 1982): one that has more than 1 / (XFF_HEAVY_MAX + 1) of them is among those
 * kept, and counts are too small by that share at most. Nothing is logged.
 */
#ifndef XFF_XFF_HEAVY_H
#define XFF_XFF_HEAVY_H

#include <stdint.h>

#include "base/cidr.h"

#define XFF_HEAVY_MAX 6

struct xff_heavy {
	struct {
		addr_bits bits;
		uint32_t count;         /* 0: a free place */
		uint32_t length;        /* 24: IPv4, or 56 */
	} at[XFF_HEAVY_MAX];
};

/* Counts an address `times` times; one of family 0, not at all. */
void xff_heavy_count(struct xff_heavy *heavy, const struct address *address, uint32_t times);

/* Adds the counts of *from. */
void xff_heavy_add(struct xff_heavy *heavy, const struct xff_heavy *from);

/* The index of the prefix with the highest count, -1 if there is none. */
int xff_heavy_first(const struct xff_heavy *heavy);

struct cidr xff_heavy_cidr(const struct xff_heavy *heavy, int index);

#endif
