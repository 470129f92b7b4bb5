// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_nodes.h"

#include <stdlib.h>

/* By family and address, of prefixes with the same address the widest first. */
static int compare(const void *one, const void *other)
{
	const struct cidr *a = one, *b = other;

	if (a->addr.family != b->addr.family)
		return a->addr.family < b->addr.family ? -1 : 1;
	if (a->addr.bits != b->addr.bits)
		return a->addr.bits < b->addr.bits ? -1 : 1;
	return a->length - b->length;
}

static bool within(const struct address *address, const struct cidr *cidr)
{
	return address->family == cidr->addr.family &&
	       !((address->bits ^ cidr->addr.bits) & ~cidr_host_mask(cidr->length));
}

void xff_nodes_take(struct xff_nodes *nodes, struct cidr *prefixes, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(prefixes, count, sizeof(*prefixes), compare);
	for (size_t i = 0; i < count; i++)
		if (!kept || !within(&prefixes[i].addr, &prefixes[kept - 1]))
			prefixes[kept++] = prefixes[i];
	*nodes = (struct xff_nodes){ prefixes, kept };
}

void xff_nodes_free(struct xff_nodes *nodes)
{
	free(nodes->at);
	nodes->at = NULL;
	nodes->count = 0;
}

bool xff_nodes_have(const struct xff_nodes *nodes, const struct address *address)
{
	const struct cidr key = { *address, address_family_bits(address->family) };
	size_t low = 0, high = nodes->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(&nodes->at[middle], &key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low && within(address, &nodes->at[low - 1]);
}
