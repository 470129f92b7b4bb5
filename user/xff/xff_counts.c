// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_counts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "xff/xff_class.h"
#include "base/hash.h"

#define SLOTS (4 * XFF_CELLS_MAX)

/* Cells that are kept for what has no cell of its own. */
#define CELLS_KEPT 1024

struct xff_counts *xff_counts_new(const struct xff_options *options)
{
	struct xff_counts *counts = calloc(1, sizeof(*counts));

	if (!counts)
		return NULL;
	counts->options = options;
	counts->regions.seed = counts->isps.seed = options->seed;
	counts->peers.seed = counts->shared.seed = options->seed;
	counts->peers.random = counts->shared.random = ~options->seed;
	return counts;
}

void xff_counts_free(struct xff_counts *counts)
{
	if (!counts)
		return;
	for (uint32_t i = 0; i < counts->cell_count; i++)
		xff_users_free(&counts->cell[i].users);
	free(counts);
}

static struct xff_cell *find_cell(struct xff_counts *counts, const struct xff_cell *like,
				  uint32_t most)
{
	uint64_t key = (uint64_t)like->region << 32 | (uint32_t)like->isp << 16 | like->peer;
	uint32_t at = hash_mix(key + counts->options->seed) % SLOTS;

	for (; counts->slot[at]; at = (at + 1) % SLOTS) {
		struct xff_cell *cell = &counts->cell[counts->slot[at] - 1];

		if (cell->region == like->region && cell->isp == like->isp &&
		    cell->peer == like->peer)
			return cell;
	}
	if (counts->cell_count >= most)
		return NULL;
	counts->cell[counts->cell_count] = *like;
	counts->slot[at] = ++counts->cell_count;
	return &counts->cell[counts->cell_count - 1];
}

static struct xff_cell *take_cell(struct xff_counts *counts, uint16_t region, uint16_t isp,
				  uint16_t peer)
{
	const struct xff_cell own = { .region = region, .isp = isp, .peer = peer };
	const struct xff_cell of_region = { .region = region };
	const struct xff_cell others = {};

	return find_cell(counts, &own, XFF_CELLS_MAX - CELLS_KEPT) ?:
	       find_cell(counts, &of_region, XFF_CELLS_MAX - 1) ?:
	       find_cell(counts, &others, XFF_CELLS_MAX);
}

static uint16_t region_of(struct xff_counts *counts, const struct xff_record *record)
{
	const struct xff_options *options = counts->options;
	const char *name;

	if (!options->region_of || !record->direct.family)
		return xff_names_number(&counts->regions, record->value[XFF_REGION]);
	name = options->region_of(options->context, &record->direct);
	return xff_names_number(&counts->regions, (struct text){ name, name + strlen(name) });
}

static bool is_of(const struct cidr *only, const struct address *address)
{
	return address->family == only->addr.family &&
	       !((address->bits ^ only->addr.bits) & ~cidr_host_mask(only->length));
}

/* Without a direct visit users cannot be told apart: each record counts as one. */
static uint64_t user_hash(const struct xff_counts *counts, const struct xff_shown *shown)
{
	uint64_t seed = counts->options->seed;

	return shown->direct.family ? hash_address(seed, &shown->direct) :
	       hash_mix(counts->records + seed);
}

static int count(struct xff_counts *counts, const struct xff_record *record, uint16_t region,
		 const struct xff_shown *shown)
{
	uint16_t isp = xff_names_number(&counts->isps, record->value[XFF_ISP]);
	uint16_t peer = counts->options->at_node && !record->node ? 0 :
			xff_peers_number(&counts->peers, &shown->peer, shown->peer_is_node);
	struct xff_cell *cell = take_cell(counts, region, isp, peer);
	enum xff_scheme scheme = record->tls ? XFF_TLS : XFF_PLAIN;

	counts->records++;
	counts->with_direct += !!shown->direct.family;
	cell->records[scheme][shown->class]++;
	if (shown->class == XFF_CLASS_STRANGE || shown->class == XFF_CLASS_NODE ||
	    shown->class == XFF_CLASS_NODE_ALONE)
		xff_heavy_count(&cell->strange, &shown->address, 1);
	return xff_users_count(&cell->users, user_hash(counts, shown), scheme, shown->class);
}

int xff_counts_add(struct xff_counts *counts, const struct xff_record *record)
{
	const struct cidr *only = &counts->options->only;
	uint16_t region = region_of(counts, record);
	struct xff_shown shown;

	xff_class_of(counts, record, region, &shown);
	if (only->addr.family && !is_of(only, &shown.address) && !is_of(only, &record->direct)) {
		counts->passed_over++;
		return 0;
	}
	if (shown.visit) {
		counts->visits++;
		return 0;
	}
	return count(counts, record, region, &shown);
}
