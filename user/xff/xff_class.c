// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_class.h"

#include <string.h>

#include "base/hash.h"
#include "xff/xff_hops.h"

static bool is_node(const struct xff_counts *counts, const struct address *address)
{
	return address->family && (xff_peers_have_node(&counts->peers, address) ||
				   xff_nodes_have(&counts->options->nodes, address));
}

/* Whether a hop that has not been read, or the connection itself, has the user's address. */
static bool is_further_on(struct xff_hops *hops, const struct xff_record *record,
			  const struct address *direct)
{
	struct address hop;

	while (xff_hops_next(hops, &hop))
		if (xff_hops_near(&hop, direct))
			return true;
	return !record->node && xff_hops_near(&record->remote, direct);
}

/* A visit that came by the platform, or from inside, tells nothing about the user. */
static struct address usable_direct(struct xff_counts *counts, const struct xff_record *record)
{
	const struct address none = {};

	if (!record->direct.family || xff_hops_inner(&record->direct))
		return none;
	if (!is_node(counts, &record->direct))
		return record->direct;
	counts->direct_of_node++;
	return none;
}

static bool is_same(const struct address *one, const struct address *other)
{
	return one->family == other->family && one->bits == other->bits;
}

static bool is_of_node(const struct xff_counts *counts, const struct xff_record *record,
		       const struct address *address)
{
	return is_node(counts, address) || (record->node && is_same(address, &record->remote));
}

static enum xff_class with_direct(struct xff_counts *counts, const struct xff_record *record,
				  uint16_t region, const struct xff_shown *shown,
				  struct xff_hops *hops)
{
	const struct address *address = &shown->address;

	if (xff_hops_near(address, &shown->direct))
		return XFF_CLASS_RIGHT;
	if (is_further_on(hops, record, &shown->direct))
		return XFF_CLASS_PROXY;
	if (is_of_node(counts, record, address))
		return XFF_CLASS_NODE;
	if (!address->family)
		return XFF_CLASS_STRANGE;
	if (xff_shared_count(&counts->shared, address,
			     hash_address(counts->options->seed, &shown->direct), region))
		return XFF_CLASS_NODE;
	if (address->family == shown->direct.family)
		return XFF_CLASS_STRANGE;
	counts->other_family++;
	return XFF_CLASS_UNTOLD;
}

/* A balancer inside the house hides the node from this host, and adds its address to the header. It
 * stands for itself where that is all that the header has: it was rewritten. Of an address outside
 * nobody knows whether it is a balancer's, and it may say what it likes. */
static void find_peer(const struct xff_counts *counts, const struct xff_record *record,
		      struct xff_shown *shown)
{
	struct text header = record->value[XFF_HEADER];
	struct address last;

	shown->peer = record->remote;
	shown->peer_is_node = record->node;
	if (record->node || !xff_hops_inner(&record->remote) ||
	    !text_length(header) || !memchr(header.start, ',', text_length(header)))
		return;
	xff_hops_last(header, &last);
	if (!xff_nodes_have(&counts->options->nodes, &last))
		return;
	shown->peer = last;
	shown->peer_is_node = true;
}

void xff_class_of(struct xff_counts *counts, const struct xff_record *record, uint16_t region,
		  struct xff_shown *shown)
{
	bool has_header = text_length(record->value[XFF_HEADER]);
	bool from_client = counts->options->at_node && !record->node;
	struct xff_hops hops;

	*shown = (struct xff_shown){ .visit = !has_header && !record->node && !from_client };
	xff_hops_start(&hops, record->value[XFF_HEADER]);
	if (!has_header || from_client)
		shown->address = record->remote;
	else
		xff_hops_next(&hops, &shown->address);
	if (shown->visit)
		return;
	shown->direct = usable_direct(counts, record);
	shown->class = shown->direct.family ? with_direct(counts, record, region, shown, &hops) :
		       is_of_node(counts, record, &shown->address) ? XFF_CLASS_NODE_ALONE :
		       XFF_CLASS_UNTOLD;
	find_peer(counts, record, shown);
}
