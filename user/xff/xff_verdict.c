// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_verdict.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "xff/xff_search.h"

/* Of the users of a peer, how many are shown with a node's address if its balancer rewrites the
 * header; and how many are if none does, as nodes fetch things, too. */
#define REWRITTEN_SHARE 0.5
#define REWRITTEN_BASE 0.05

/* If so many of the users of nodes are, it is no fault of a single node. */
#define EVERYBODY 0.8

/* That a hop by chance has the address of the direct visit, of which it has to be in the /24. */
#define PROXY_BASE 1e-6

#define EVERYWHERE_SHARE 0.3

/* If other causes are that of more users than all but these, nothing is everywhere. */
#define MOST_LEFT 0.2

struct finding_out {
	struct xff_verdict *verdict;
	struct xff_sums sums;
	bool *left_out;         /* cells of conclusions that say all about them */
	bool by_node[XFF_PEERS_MAX + 1]; /* peers that show nodes' addresses */
};

static double corrected(double chance, unsigned int looked_at)
{
	return fmin(0, chance + log10(looked_at ?: 1));
}

/* NULL: there is no room. */
static struct xff_conclusion *conclude(struct finding_out *out, enum xff_cause cause,
				       struct xff_scope scope)
{
	struct xff_verdict *verdict = out->verdict;
	struct xff_conclusion *conclusion = &verdict->at[verdict->count];

	if (verdict->count == XFF_VERDICTS_MAX) {
		verdict->more = true;
		return NULL;
	}
	verdict->count++;
	*conclusion = (struct xff_conclusion){ .cause = cause, .scope = scope };
	return conclusion;
}

/* Whether either of XFF_SCHEMES shares is as large as that, and luck has no chance. */
static bool is_most(const struct xff_share *share, double *chance)
{
	bool most = false;

	*chance = 0;
	for (int scheme = 0; scheme < XFF_SCHEMES; scheme++) {
		double luck = xff_chance_tail(share[scheme], REWRITTEN_BASE);

		if (share[scheme].n < XFF_SEARCH_USERS ||
		    xff_chance_rate(share[scheme]) < REWRITTEN_SHARE || luck > XFF_SEARCH_CHANCE)
			continue;
		most = true;
		*chance = fmin(*chance, luck);
	}
	return most;
}

static double users_of(const struct xff_sum *sum)
{
	return sum->node[XFF_PLAIN].n + sum->node[XFF_TLS].n;
}

/* Nothing else can be told of users whose addresses are gone. */
static void leave_out_peer(struct finding_out *out, int peer)
{
	for (uint32_t i = 0; i < out->sums.counts->cell_count; i++) {
		if (out->sums.counts->cell[i].peer != peer)
			continue;
		out->left_out[i] = true;
		out->sums.cell[i] = (struct xff_sum){};
	}
}

/* One that writes what is wrong itself. */
static void blame_peer(struct finding_out *out, int peer, bool behind)
{
	const struct xff_sum *sum = &out->sums.peer[peer];
	struct xff_conclusion *conclusion = conclude(out, XFF_NODE_FAULT,
						     (struct xff_scope){ -1, -1, peer });
	double chance;

	if (!conclusion)
		return;
	conclusion->behind = behind;
	conclusion->node_address = !behind;
	is_most(behind ? sum->behind : sum->node, &chance);
	conclusion->chance = corrected(chance, out->verdict->looked_at);
	xff_conclusion_fill(conclusion, &out->sums, out->left_out);
}

/* The balancers whose peers show nodes' addresses are one conclusion. What is not theirs is left
 * out while it is filled in. */
static int blame_balancers(struct finding_out *out, bool single)
{
	const struct xff_counts *counts = out->sums.counts;
	bool *others = calloc(counts->cell_count + 1, sizeof(*others));
	struct xff_scope all = { -1, -1, -1 };
	struct xff_conclusion *conclusion;
	double best = 0, chance;
	bool any = false;

	if (!others)
		return -ENOMEM;
	for (uint32_t i = 0; i <= counts->peers.count; i++) {
		if (!out->by_node[i] || (single && counts->peers.at[i].node))
			continue;
		any = true;
		is_most(out->sums.peer[i].node, &chance);
		best = fmin(best, chance);
	}
	for (uint32_t i = 0; i < counts->cell_count; i++) {
		uint16_t peer = counts->cell[i].peer;

		others[i] = !out->by_node[peer] || (single && counts->peers.at[peer].node);
	}
	conclusion = any ? conclude(out, XFF_REWRITTEN, all) : NULL;
	if (conclusion) {
		conclusion->chance = corrected(best, out->verdict->looked_at);
		xff_conclusion_fill(conclusion, &out->sums, others);
	}
	free(others);
	return 0;
}

static int find_rewritten(struct finding_out *out)
{
	const struct xff_counts *counts = out->sums.counts;
	double nodes = 0, affected = 0, chance;
	bool single;
	int err;

	for (uint32_t i = 0; i <= counts->peers.count; i++) {
		const struct xff_sum *sum = &out->sums.peer[i];

		out->verdict->looked_at += users_of(sum) > 0;
		out->by_node[i] = is_most(sum->node, &chance);
		if (counts->peers.at[i].node) {
			nodes += users_of(sum);
			affected += out->by_node[i] ? users_of(sum) : 0;
		}
	}
	single = affected < EVERYBODY * nodes;
	err = blame_balancers(out, single);
	for (uint32_t i = 1; i <= counts->peers.count; i++)
		if (out->by_node[i] && single && counts->peers.at[i].node)
			blame_peer(out, (int)i, false);
	for (uint32_t i = 0; i <= counts->peers.count; i++)
		if (out->by_node[i])
			leave_out_peer(out, (int)i);
	return err;
}

/* A node that puts an address before the user's does so for most of them, and others do not. */
static void find_behind(struct finding_out *out)
{
	const struct xff_sums *sums = &out->sums;

	for (uint32_t i = 1; i <= sums->counts->peers.count; i++) {
		const struct xff_sum *sum = &sums->peer[i];
		struct xff_share part = xff_sums_plus(sum->behind[0], sum->behind[1]);
		struct xff_share all = xff_sums_plus(sums->total.behind[0], sums->total.behind[1]);
		struct xff_share rest = xff_sums_minus(all, part);
		double chance;

		if (out->by_node[i] || !is_most(sum->behind, &chance) ||
		    rest.n < XFF_SEARCH_USERS || xff_chance_rate(rest) >= REWRITTEN_SHARE / 2)
			continue;
		blame_peer(out, (int)i, true);
		leave_out_peer(out, (int)i);
	}
}

static void leave_out(struct xff_compared *compared, bool plain)
{
	struct xff_share tls = compared->scheme[XFF_TLS];

	*compared = (struct xff_compared){};
	if (plain)
		compared->scheme[XFF_TLS] = compared->any = tls;
}

/* Takes the users of a set out of the sums, of whom it says all. */
static void leave_out_set(struct finding_out *out, const struct xff_found *found)
{
	bool plain = found->cause == XFF_HIJACKED || found->cause == XFF_HIJACKED_OR_NODE ||
		     found->plain_alone;

	for (uint32_t i = 0; i < out->sums.counts->cell_count; i++) {
		struct xff_sum *sum = &out->sums.cell[i];

		if (!xff_sums_within(&out->sums.counts->cell[i], &found->scope))
			continue;
		leave_out(&sum->place, plain);
		leave_out(&sum->peer, plain);
		out->left_out[i] = out->left_out[i] || !plain;
	}
}

static void find_sets(struct finding_out *out)
{
	struct xff_conclusion *conclusion;
	struct xff_found found;

	xff_search_best(&out->sums, &found, &out->verdict->looked_at);
	while (found.gain > 0 &&
	       corrected(found.chance, out->verdict->looked_at) <= XFF_SEARCH_CHANCE) {
		conclusion = conclude(out, found.cause, found.scope);
		if (!conclusion)
			return;
		conclusion->plain_alone = found.plain_alone;
		conclusion->chance = corrected(found.chance, out->verdict->looked_at);
		xff_conclusion_fill(conclusion, &out->sums, out->left_out);
		leave_out_set(out, &found);
		xff_sums_again(&out->sums);
		xff_search_best(&out->sums, &found, &out->verdict->looked_at);
	}
}

/* What is strange in the same way everywhere has nothing beside it that it could be compared with,
 * but for what is usual. */
static void find_everywhere(struct finding_out *out)
{
	struct xff_share any = out->sums.total.place.any;
	double chance = corrected(xff_chance_tail(any, REWRITTEN_BASE), out->verdict->looked_at);
	struct xff_conclusion *conclusion;

	if (any.n < fmax(XFF_SEARCH_USERS, MOST_LEFT * out->verdict->compared) ||
	    xff_chance_rate(any) < EVERYWHERE_SHARE || chance > XFF_SEARCH_CHANCE)
		return;
	conclusion = conclude(out, XFF_EVERYWHERE, (struct xff_scope){ -1, -1, -1 });
	if (!conclusion)
		return;
	conclusion->chance = chance;
	xff_conclusion_fill(conclusion, &out->sums, out->left_out);
}

static void find_proxies(struct finding_out *out)
{
	const struct xff_sum *total = &out->sums.total;
	struct xff_share users = { total->place.any.n, total->proxies };
	double chance = corrected(xff_chance_tail(users, PROXY_BASE), out->verdict->looked_at);
	struct xff_conclusion *conclusion;

	if (chance > XFF_SEARCH_CHANCE)
		return;
	conclusion = conclude(out, XFF_OWN_PROXY, (struct xff_scope){ -1, -1, -1 });
	if (!conclusion)
		return;
	conclusion->chance = chance;
	xff_conclusion_fill(conclusion, &out->sums, out->left_out);
}

static void describe(struct finding_out *out)
{
	const struct xff_sums *sums = &out->sums;
	const struct xff_counts *counts = sums->counts;
	struct xff_verdict *verdict = out->verdict;

	verdict->compared = sums->total.place.any.n;
	verdict->users = sums->total.users;
	for (uint32_t i = 0; i <= counts->regions.count; i++)
		verdict->region_count += sums->region[i].place.any.n > 0;
	for (uint32_t i = 0; i <= counts->peers.count; i++)
		verdict->peer_count += sums->peer[i].users > 0;
	for (uint32_t i = 0; i < counts->cell_count; i++)
		for (int scheme = 0; scheme < XFF_SCHEMES; scheme++)
			for (int class = 0; class < XFF_CLASSES; class++)
				verdict->records[scheme][class] +=
					counts->cell[i].records[scheme][class];
}

static int find_all(struct finding_out *out)
{
	int err;

	describe(out);
	err = find_rewritten(out);
	if (err)
		return err;
	xff_sums_again(&out->sums);
	find_behind(out);
	xff_sums_again(&out->sums);
	find_sets(out);
	find_everywhere(out);
	find_proxies(out);
	return 0;
}

int xff_verdict_find(struct xff_verdict *verdict, const struct xff_counts *counts)
{
	struct finding_out out = { .verdict = verdict };
	int err;

	*verdict = (struct xff_verdict){};
	out.left_out = calloc(counts->cell_count + 1, sizeof(*out.left_out));
	err = out.left_out ? xff_sums_make(&out.sums, counts) : -ENOMEM;
	err = err ?: find_all(&out);
	xff_sums_free(&out.sums);
	free(out.left_out);
	return err;
}
