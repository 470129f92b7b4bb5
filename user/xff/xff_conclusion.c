// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_conclusion.h"

#include <math.h>

/* What stands for the cause, of a cell's records or users. */
static bool is_of_cause(enum xff_cause cause, bool behind, int class)
{
	switch (cause) {
	case XFF_OWN_PROXY:
		return class == XFF_CLASS_PROXY;
	case XFF_REWRITTEN:
		return class == XFF_CLASS_NODE || class == XFF_CLASS_NODE_ALONE;
	default:
		return class == XFF_CLASS_STRANGE || class == XFF_CLASS_NODE ||
		       class == XFF_CLASS_NODE_ALONE || (behind && class == XFF_CLASS_PROXY);
	}
}

/* Records that can tell nothing about a cause are not among those that it rests on. */
static bool is_evidence(enum xff_cause cause, int class)
{
	return class != XFF_CLASS_UNTOLD || cause == XFF_REWRITTEN;
}

static bool is_scheme_of(const struct xff_conclusion *conclusion, int scheme)
{
	bool plain = conclusion->cause == XFF_HIJACKED ||
		     conclusion->cause == XFF_HIJACKED_OR_NODE || conclusion->plain_alone;

	return !plain || scheme == XFF_PLAIN;
}

static struct xff_share users_of(const struct xff_conclusion *conclusion,
				 const struct xff_sum *sum, int scheme)
{
	if (conclusion->cause == XFF_REWRITTEN || conclusion->node_address)
		return sum->node[scheme];
	if (conclusion->cause == XFF_OWN_PROXY || conclusion->behind)
		return sum->behind[scheme];
	return conclusion->scope.peer >= 0 ? sum->peer.scheme[scheme] : sum->place.scheme[scheme];
}

static uint64_t add_records(const struct xff_conclusion *conclusion, const struct xff_cell *cell,
			    int scheme, struct xff_evidence *evidence)
{
	uint64_t strange = 0;

	for (int class = 0; class < XFF_CLASSES; class++) {
		uint64_t records = cell->records[scheme][class];

		if (is_evidence(conclusion->cause, class))
			evidence->records += records;
		if (is_of_cause(conclusion->cause, conclusion->behind, class))
			strange += records;
	}
	evidence->strange += strange;
	return strange;
}

/* Strange records by peer and by region, of which the largest are named. */
struct tally {
	uint64_t peer[XFF_PEERS_MAX + 1];
	bool region[XFF_NAMES_MAX + 1];
};

/* Records of users that were taken out of the sums belong to a conclusion before this one. */
static void add_cell(struct xff_conclusion *conclusion, const struct xff_sums *sums, uint32_t i,
		     struct tally *tally)
{
	const struct xff_cell *cell = &sums->counts->cell[i];
	bool within = xff_sums_within(cell, &conclusion->scope);
	uint64_t strange = 0;

	for (int scheme = 0; scheme < XFF_SCHEMES; scheme++) {
		bool part = within && is_scheme_of(conclusion, scheme);
		struct xff_evidence *to = within ? &conclusion->part[scheme] : &conclusion->rest;
		struct xff_share users = users_of(conclusion, &sums->cell[i], scheme);
		uint64_t records;

		if (users.n <= 0)
			continue;
		records = add_records(conclusion, cell, scheme, to);
		to->users = xff_sums_plus(to->users, users);
		if (!part)
			continue;
		strange += records;
		conclusion->users += ldexp(users.k, (int)cell->users.halved);
	}
	if (!strange)
		return;
	tally->peer[cell->peer] += strange;
	tally->region[cell->region] = true;
	xff_heavy_add(&conclusion->shown, &cell->strange);
}

static void name_peers(struct xff_conclusion *conclusion, struct tally *tally)
{
	for (int i = 0; i <= XFF_PEERS_MAX; i++)
		conclusion->peers += tally->peer[i] > 0;
	for (uint32_t i = 0; i < XFF_CONCLUSION_PEERS && i < conclusion->peers; i++) {
		int most = 0;

		for (int j = 1; j <= XFF_PEERS_MAX; j++)
			if (tally->peer[j] > tally->peer[most])
				most = j;
		conclusion->peer[i] = most;
		tally->peer[most] = 0;
	}
}

void xff_conclusion_fill(struct xff_conclusion *conclusion, const struct xff_sums *sums,
			 const bool *left_out)
{
	struct tally tally = {};

	for (uint32_t i = 0; i < sums->counts->cell_count; i++)
		if (!left_out || !left_out[i])
			add_cell(conclusion, sums, i, &tally);
	for (int i = 0; i <= XFF_NAMES_MAX; i++)
		conclusion->regions += tally.region[i];
	name_peers(conclusion, &tally);
}
