// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_sums.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct xff_share xff_sums_plus(struct xff_share one, struct xff_share other)
{
	return (struct xff_share){ one.n + other.n, one.k + other.k };
}

/* Of sums of fractions, something may be left of nothing. */
struct xff_share xff_sums_minus(struct xff_share all, struct xff_share part)
{
	struct xff_share rest = { all.n - part.n, all.k - part.k };

	if (rest.n < 1e-6)
		return (struct xff_share){};
	return (struct xff_share){ rest.n, fmin(rest.n, fmax(0, rest.k)) };
}

bool xff_sums_within(const struct xff_cell *cell, const struct xff_scope *scope)
{
	return (scope->region < 0 || scope->region == cell->region) &&
	       (scope->isp < 0 || scope->isp == cell->isp) &&
	       (scope->peer < 0 || scope->peer == cell->peer);
}

/* In how many cells of the sample a user is, by scheme and in all. */
struct presence {
	uint32_t key;           /* 0: free */
	uint16_t cells[XFF_SCHEMES + 1];
};

struct presences {
	struct presence *slot;  /* owned */
	uint32_t mask;
};

static struct presence *find_presence(const struct presences *presences, uint32_t key)
{
	uint32_t at = key * 2654435761U & presences->mask;

	while (presences->slot[at].key && presences->slot[at].key != key)
		at = (at + 1) & presences->mask;
	return &presences->slot[at];
}

static bool is_compared(const uint8_t of[XFF_CLASSES])
{
	return of[XFF_CLASS_STRANGE] || of[XFF_CLASS_NODE] || of[XFF_CLASS_RIGHT] ||
	       of[XFF_CLASS_PROXY];
}

static void note_user(const struct presences *presences, const struct xff_user *user)
{
	struct presence *presence = find_presence(presences, user->key);
	bool plain = is_compared(user->records[XFF_PLAIN]);
	bool tls = is_compared(user->records[XFF_TLS]);

	presence->key = user->key;
	presence->cells[XFF_PLAIN] += plain;
	presence->cells[XFF_TLS] += tls;
	presence->cells[XFF_SCHEMES] += plain || tls;
}

static int note_users(struct presences *presences, const struct xff_counts *counts)
{
	uint32_t users = 0, slots = 64;

	for (uint32_t i = 0; i < counts->cell_count; i++)
		users += counts->cell[i].users.count;
	while (slots < 2 * users)
		slots *= 2;
	presences->mask = slots - 1;
	presences->slot = calloc(slots, sizeof(*presences->slot));
	if (!presences->slot)
		return -ENOMEM;
	for (uint32_t i = 0; i < counts->cell_count; i++)
		for (uint32_t j = 0; j < counts->cell[i].users.slots; j++)
			if (counts->cell[i].users.slot[j].key)
				note_user(presences, &counts->cell[i].users.slot[j]);
	return 0;
}

static void add_part(struct xff_share *share, double strange, double all, double part)
{
	if (all <= 0)
		return;
	share->n += part;
	share->k += part * strange / all;
}

static void add_compared(struct xff_sum *sum, int scheme, double strange, double all,
			 unsigned int cells)
{
	struct xff_share *place = scheme < XFF_SCHEMES ? &sum->place.scheme[scheme] :
				  &sum->place.any;
	struct xff_share *peer = scheme < XFF_SCHEMES ? &sum->peer.scheme[scheme] : &sum->peer.any;

	add_part(place, strange, all, cells ? 1.0 / cells : 0);
	add_part(peer, strange, all, 1);
}

static void add_user(struct xff_sum *sum, const struct xff_user *user,
		     const struct presence *presence)
{
	double strange_any = 0, all_any = 0;
	bool behind = false;

	for (int scheme = 0; scheme < XFF_SCHEMES; scheme++) {
		const uint8_t *of = user->records[scheme];
		double strange = of[XFF_CLASS_STRANGE] + of[XFF_CLASS_NODE];
		double all = strange + of[XFF_CLASS_RIGHT] + of[XFF_CLASS_PROXY];
		double node = of[XFF_CLASS_NODE] + of[XFF_CLASS_NODE_ALONE];
		double whole = all + of[XFF_CLASS_NODE_ALONE] + of[XFF_CLASS_UNTOLD];

		add_compared(sum, scheme, strange, all, presence->cells[scheme]);
		add_part(&sum->node[scheme], node, whole, 1);
		add_part(&sum->behind[scheme], of[XFF_CLASS_PROXY], all, 1);
		behind = behind || of[XFF_CLASS_PROXY];
		strange_any += strange;
		all_any += all;
	}
	add_compared(sum, XFF_SCHEMES, strange_any, all_any, presence->cells[XFF_SCHEMES]);
	if (behind)
		sum->proxies += 1.0 / presence->cells[XFF_SCHEMES];
}

static void add_cell(struct xff_sum *sum, const struct xff_cell *cell,
		     const struct presences *presences)
{
	for (uint32_t i = 0; i < cell->users.slots; i++)
		if (cell->users.slot[i].key)
			add_user(sum, &cell->users.slot[i],
				 find_presence(presences, cell->users.slot[i].key));
	sum->users = ldexp(cell->users.count, (int)cell->users.halved);
}

static void plus(struct xff_compared *to, const struct xff_compared *compared)
{
	for (int scheme = 0; scheme < XFF_SCHEMES; scheme++)
		to->scheme[scheme] = xff_sums_plus(to->scheme[scheme], compared->scheme[scheme]);
	to->any = xff_sums_plus(to->any, compared->any);
}

static void add(struct xff_sum *to, const struct xff_sum *sum)
{
	plus(&to->place, &sum->place);
	plus(&to->peer, &sum->peer);
	for (int scheme = 0; scheme < XFF_SCHEMES; scheme++) {
		to->node[scheme] = xff_sums_plus(to->node[scheme], sum->node[scheme]);
		to->behind[scheme] = xff_sums_plus(to->behind[scheme], sum->behind[scheme]);
	}
	to->proxies += sum->proxies;
	to->users += sum->users;
}

/* Pairs stand in the order of cells, of which there are few; each is found by a hash. */
static void add_pairs(struct xff_sums *sums, uint16_t *slot, uint32_t slots)
{
	const struct xff_counts *counts = sums->counts;

	sums->pairs = 0;
	memset(slot, 0, slots * sizeof(*slot));
	for (uint32_t i = 0; i < counts->cell_count; i++) {
		const struct xff_cell *cell = &counts->cell[i];
		uint32_t at = (cell->region * 40503U + cell->isp * 2654435761U) % slots;
		struct xff_pair *pair;

		for (; slot[at]; at = (at + 1) % slots) {
			pair = &sums->pair[slot[at] - 1];
			if (pair->region == cell->region && pair->isp == cell->isp)
				break;
		}
		if (!slot[at]) {
			pair = &sums->pair[sums->pairs++];
			*pair = (struct xff_pair){ cell->region, cell->isp, {} };
			slot[at] = sums->pairs;
		}
		add(&sums->pair[slot[at] - 1].sum, &sums->cell[i]);
	}
}

void xff_sums_again(struct xff_sums *sums)
{
	static uint16_t slot[2 * XFF_CELLS_MAX];
	const struct xff_counts *counts = sums->counts;

	memset(sums->region, 0, (counts->regions.count + 1) * sizeof(*sums->region));
	memset(sums->isp, 0, (counts->isps.count + 1) * sizeof(*sums->isp));
	memset(sums->peer, 0, (counts->peers.count + 1) * sizeof(*sums->peer));
	sums->total = (struct xff_sum){};
	for (uint32_t i = 0; i < counts->cell_count; i++) {
		const struct xff_cell *cell = &counts->cell[i];

		add(&sums->total, &sums->cell[i]);
		add(&sums->region[cell->region], &sums->cell[i]);
		add(&sums->isp[cell->isp], &sums->cell[i]);
		add(&sums->peer[cell->peer], &sums->cell[i]);
	}
	add_pairs(sums, slot, 2 * XFF_CELLS_MAX);
}

int xff_sums_make(struct xff_sums *sums, const struct xff_counts *counts)
{
	struct presences presences;

	*sums = (struct xff_sums){
		.counts = counts,
		.cell = calloc(counts->cell_count + 1, sizeof(*sums->cell)),
		.region = calloc(counts->regions.count + 1, sizeof(*sums->region)),
		.isp = calloc(counts->isps.count + 1, sizeof(*sums->isp)),
		.peer = calloc(counts->peers.count + 1, sizeof(*sums->peer)),
		.pair = calloc(counts->cell_count + 1, sizeof(*sums->pair)),
	};
	if (!sums->cell || !sums->region || !sums->isp || !sums->peer || !sums->pair)
		return -ENOMEM;
	if (note_users(&presences, counts))
		return -ENOMEM;
	for (uint32_t i = 0; i < counts->cell_count; i++)
		add_cell(&sums->cell[i], &counts->cell[i], &presences);
	free(presences.slot);
	xff_sums_again(sums);
	return 0;
}

void xff_sums_free(struct xff_sums *sums)
{
	free(sums->cell);
	free(sums->region);
	free(sums->isp);
	free(sums->peer);
	free(sums->pair);
	*sums = (struct xff_sums){};
}
