// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_search.h"

#include <math.h>
#include <string.h>

/* What a narrower or less likely kind of set must be better by, as a logarithm. */
#define MARGIN 2

/* With more regions than that where plain HTTP is strange, it is no hijack of some regions. */
#define EVERYWHERE_SHARE 0.8
#define EVERYWHERE_REGIONS 2

/* By how much more of its users may be strange at a place, at most. */
#define SPREAD 0.1

struct search {
	const struct xff_sums *sums;
	struct xff_found *best;
	unsigned int looked_at;
};

static void offer(struct search *search, const struct xff_found *found, double margin)
{
	if (found->gain <= 0 ||
	    (search->best->gain > 0 && found->gain <= search->best->gain + margin))
		return;
	*search->best = *found;
}

static bool is_enough(struct xff_share share)
{
	return share.n >= XFF_SEARCH_USERS;
}

static bool exceeds(struct xff_share part, struct xff_share rest)
{
	return xff_chance_rate(part) - xff_chance_rate(rest) >= XFF_SEARCH_EFFECT;
}

/* Whether so few users of TLS, none of whom is strange, would be a wonder if TLS were as strange as
 * plain HTTP is. */
static bool tls_tells(struct xff_share plain, struct xff_share tls)
{
	double rate = xff_chance_rate(plain);

	return xff_chance_tail((struct xff_share){ tls.n, tls.n - tls.k },
			       fmin(1 - rate, 1 - 1e-9)) <= -2;
}

/* What luck is to be at a place, if it is so elsewhere: users of some places move between networks
 * more often than those of others do, who are at no fault. */
static double base_of_place(struct xff_share others)
{
	double base = xff_chance_base(others);

	return fmin(2 * base, base + SPREAD);
}

static double later(double one, double other)
{
	return fmax(one, other);
}

/* Plain HTTP of a set next to its own TLS, and to plain HTTP elsewhere: both must differ, where
 * they are there. */
static void try_hijack(struct search *search, struct xff_scope scope,
		       const struct xff_compared *set, double margin)
{
	const struct xff_compared *total = &search->sums->total.place;
	struct xff_share plain = set->scheme[XFF_PLAIN], tls = set->scheme[XFF_TLS];
	struct xff_share others = xff_sums_minus(total->scheme[XFF_PLAIN], plain);
	struct xff_found found = { .cause = XFF_HIJACKED, .scope = scope, .chance = -INFINITY };

	search->looked_at++;
	if (!is_enough(plain) || (!is_enough(others) && !is_enough(tls)) ||
	    !exceeds(plain, others) || (tls.n > 0 && !exceeds(plain, tls)))
		return;
	if (is_enough(others))
		found.chance = xff_chance_tail(plain, base_of_place(others));
	if (tls_tells(plain, tls))
		found.chance = later(found.chance, xff_chance_tail(plain, xff_chance_base(tls)));
	else
		found.cause = XFF_HIJACKED_OR_NODE;
	if (isinf(found.chance))
		return;
	found.gain = xff_chance_gain(plain, xff_sums_plus(others, total->scheme[XFF_TLS]));
	offer(search, &found, margin);
}

/* Of a scheme that enough users of the set have: it must be strange, too. */
static bool both_exceed(const struct xff_compared *set, const struct xff_compared *total)
{
	for (int scheme = 0; scheme < XFF_SCHEMES; scheme++) {
		struct xff_share part = set->scheme[scheme];

		if (is_enough(part) &&
		    !exceeds(part, xff_sums_minus(total->scheme[scheme], part)))
			return false;
	}
	return true;
}

static void try_node(struct search *search, struct xff_scope scope,
		     const struct xff_compared *set, double margin)
{
	const struct xff_compared *total = scope.peer < 0 ? &search->sums->total.place :
					   &search->sums->total.peer;
	struct xff_share part = xff_sums_plus(set->scheme[XFF_PLAIN], set->scheme[XFF_TLS]);
	struct xff_share all = xff_sums_plus(total->scheme[XFF_PLAIN], total->scheme[XFF_TLS]);
	struct xff_share others = xff_sums_minus(total->any, set->any);
	struct xff_found found = { .cause = XFF_NODE_FAULT, .scope = scope };

	search->looked_at++;
	if (!is_enough(set->any) || !is_enough(others) || !exceeds(set->any, others) ||
	    !both_exceed(set, total))
		return;
	found.chance = xff_chance_tail(set->any, scope.peer < 0 ? base_of_place(others) :
							 xff_chance_base(others));
	found.gain = xff_chance_gain(part, xff_sums_minus(all, part));
	offer(search, &found, margin);
}

/* Whether plain HTTP is strange and TLS right in nearly all regions. */
static void try_everywhere(struct search *search)
{
	const struct xff_sums *sums = search->sums;
	struct xff_share plain = sums->total.place.scheme[XFF_PLAIN];
	struct xff_share tls = sums->total.place.scheme[XFF_TLS];
	struct xff_found found = { .cause = XFF_EVERYWHERE, .scope = { -1, -1, -1 },
				   .plain_alone = true };
	unsigned int regions = 0, strange = 0;

	for (uint32_t i = 0; i <= sums->counts->regions.count; i++) {
		struct xff_share of_region = sums->region[i].place.scheme[XFF_PLAIN];

		if (!is_enough(of_region))
			continue;
		regions++;
		strange += exceeds(of_region, tls);
	}
	search->looked_at++;
	if (regions < EVERYWHERE_REGIONS || strange < EVERYWHERE_SHARE * regions ||
	    !is_enough(tls) || !exceeds(plain, tls))
		return;
	found.chance = xff_chance_tail(plain, xff_chance_base(tls));
	found.gain = xff_chance_gain(plain, tls);
	offer(search, &found, 0);
}

static bool is_named(const struct xff_names *names, uint16_t number)
{
	return number && strcmp(xff_names_name(names, number), "-") != 0;
}

typedef void try_set(struct search *search, struct xff_scope scope,
		     const struct xff_compared *set, double margin);

static void try_places(struct search *search, try_set *try)
{
	const struct xff_sums *sums = search->sums;
	const struct xff_counts *counts = sums->counts;

	for (uint32_t i = 1; i <= counts->regions.count; i++)
		if (sums->region[i].place.any.n > 0)
			try(search, (struct xff_scope){ (int)i, -1, -1 }, &sums->region[i].place,
			    0);
	for (uint32_t i = 1; i <= counts->isps.count; i++)
		if (is_named(&counts->isps, i) && sums->isp[i].place.any.n > 0)
			try(search, (struct xff_scope){ -1, (int)i, -1 }, &sums->isp[i].place,
			    MARGIN);
	for (uint32_t i = 0; i < sums->pairs; i++) {
		const struct xff_pair *pair = &sums->pair[i];

		if (pair->region && is_named(&counts->isps, pair->isp) && pair->sum.place.any.n > 0)
			try(search, (struct xff_scope){ pair->region, pair->isp, -1 }, 
			    &pair->sum.place, MARGIN);
	}
}

/* A node that is named explains as much as the regions that it alone serves. */
static void try_peers(struct search *search)
{
	const struct xff_sums *sums = search->sums;

	for (uint32_t i = 1; i <= sums->counts->peers.count; i++)
		if (sums->peer[i].peer.any.n > 0)
			try_node(search, (struct xff_scope){ -1, -1, (int)i },
				 &sums->peer[i].peer, 0);
}

void xff_search_best(const struct xff_sums *sums, struct xff_found *found,
		     unsigned int *looked_at)
{
	struct xff_found peer = {}, place = {}, plain = {};
	struct search search = { sums, &plain, 0 };

	*found = (struct xff_found){};
	try_everywhere(&search);
	try_places(&search, try_hijack);
	search.best = &peer;
	try_peers(&search);
	search.best = &place;
	try_places(&search, try_node);
	search.best = found;
	offer(&search, &plain, 0);
	offer(&search, &peer, 0);
	offer(&search, &place, MARGIN);
	*looked_at += search.looked_at;
}
