/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_sums.h - the samples of cells as shares of users, and their sums over regions, providers and
 * peers. Nothing is logged.
 */
#ifndef XFF_XFF_SUMS_H
#define XFF_XFF_SUMS_H

#include "xff/xff_chance.h"
#include "xff/xff_counts.h"

/* Users of a scheme, and of either, whose addresses can be compared; of these, who was shown with
 * another one. */
struct xff_compared {
	struct xff_share scheme[XFF_SCHEMES], any;
};

struct xff_sum {
	/* A user who comes by several peers is one in the region or provider that he is in, and in
	 * each of its cells a part of one; and one again for each of the peers. */
	struct xff_compared place, peer;

	/* All users of a scheme, as `peer` has them; how many were shown with a node's address, and
	 * how many with their own behind another one. */
	struct xff_share node[XFF_SCHEMES], behind[XFF_SCHEMES];

	double proxies;         /* users who were shown with their own behind another one */
	double users;           /* estimated: of the whole log, not of the sample */
};

/* What a sum is over; -1: all. */
struct xff_scope {
	int region, isp, peer;
};

struct xff_sums {
	const struct xff_counts *counts;
	struct xff_sum *cell;   /* owned; by the numbers of cells */
	struct xff_sum total;
	/* By numbers, of all cells; owned. */
	struct xff_sum *region, *isp, *peer;
	/* Of each region with each provider; owned. */
	struct xff_pair {
		uint16_t region, isp;
		struct xff_sum sum;
	} *pair;
	uint32_t pairs;
};

/* 0 or -ENOMEM. To be freed, after an error as well. */
int xff_sums_make(struct xff_sums *sums, const struct xff_counts *counts);
void xff_sums_free(struct xff_sums *sums);

/* Adds the cells up anew, once some of them have been changed. */
void xff_sums_again(struct xff_sums *sums);

bool xff_sums_within(const struct xff_cell *cell, const struct xff_scope *scope);

struct xff_share xff_sums_plus(struct xff_share one, struct xff_share other);
struct xff_share xff_sums_minus(struct xff_share all, struct xff_share part);

#endif
