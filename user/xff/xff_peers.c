// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_peers.h"

#include "base/hash.h"
#include "xff/xff_hops.h"

#define SLOTS (4 * XFF_PEERS_MAX)
#define WAYS 4

static bool same(const struct address *one, const struct address *other)
{
	return one->bits == other->bits && one->family == other->family;
}

/* Where an address is in slot[], or would be. */
static uint32_t find(const struct xff_peers *peers, const struct address *address)
{
	uint32_t at = hash_address(peers->seed, address) % SLOTS;

	while (peers->slot[at] && !same(&peers->at[peers->slot[at]].address, address))
		at = (at + 1) % SLOTS;
	return at;
}

/* Whether an address that is no node's has now been seen often enough. One that is new takes the
 * place of the rarest of four with probability 1 / (records + 1), as bpf/prefix.h has it. */
static bool is_known(struct xff_peers *peers, const struct address *address)
{
	uint32_t first = hash_address(~peers->seed, address) % (XFF_PEERS_CANDIDATES / WAYS) *
			 WAYS;
	uint32_t rarest = first;

	for (uint32_t i = first; i < first + WAYS; i++) {
		if (same(&peers->candidate[i].address, address))
			return ++peers->candidate[i].records >= XFF_PEERS_KNOWN;
		if (peers->candidate[i].records < peers->candidate[rarest].records)
			rarest = i;
	}
	peers->random = hash_mix(peers->random + 1);
	if (peers->random % (peers->candidate[rarest].records + 1))
		return false;
	peers->candidate[rarest].address = *address;
	peers->candidate[rarest].records = 1;
	return false;
}

uint16_t xff_peers_number(struct xff_peers *peers, const struct address *address, bool node)
{
	uint32_t at = find(peers, address);

	if (peers->slot[at])
		return peers->slot[at];
	if (node ? peers->nodes == XFF_PEERS_NODES :
	    peers->others == XFF_PEERS_OTHERS ||
	    (!xff_hops_inner(address) && !is_known(peers, address)))
		return 0;
	if (node)
		peers->nodes++;
	else
		peers->others++;
	peers->at[++peers->count] = (struct xff_peer){ *address, node };
	peers->slot[at] = peers->count;
	return peers->count;
}

bool xff_peers_have_node(const struct xff_peers *peers, const struct address *address)
{
	uint16_t number = peers->slot[find(peers, address)];

	return number && peers->at[number].node;
}
