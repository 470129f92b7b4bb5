/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_search.h - sets of users that are shown with other addresses than the rest, and how likely
 * luck is. Nothing is logged.
 */
#ifndef XFF_XFF_SEARCH_H
#define XFF_XFF_SEARCH_H

#include "xff/xff_conclusion.h"

/* By how much the share of a set exceeds that of the rest: users move between networks, in some
 * regions more than in others, and nobody is at fault. */
#define XFF_SEARCH_EFFECT 0.12

#define XFF_SEARCH_CHANCE (-4)  /* as a power of 10 */
#define XFF_SEARCH_USERS 10     /* fewer prove nothing */

struct xff_found {
	enum xff_cause cause;
	struct xff_scope scope;
	bool plain_alone;
	double gain;            /* logarithm of the likelihood ratio; 0: nothing is found */
	double chance;          /* logarithm to base 10, of this set alone */
};

/* The set with the greatest likelihood ratio among those that exceed the rest. Counts those that
 * it looks at in *looked_at. */
void xff_search_best(const struct xff_sums *sums, struct xff_found *found,
		     unsigned int *looked_at);

#endif
