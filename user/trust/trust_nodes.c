// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_nodes.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/scoped.h"

/* Marks the nodes of `before` that are in `after` too. stays: one entry for each index,
 * false before. */
static void mark_staying(const struct trust_list *before, const struct trust_list *after,
			 bool *stays)
{
	for (size_t i = 0; i < after->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &after->row[i], *old;
		struct cidr cidr;

		if (!trust_list_is_node(row) || !trust_list_index(row))
			continue;
		trust_list_cidr(row, &cidr);
		old = trust_list_find(before, &cidr);
		stays[row->node] = old && old->node == row->node;
	}
}

static bool keep(__u32 key, void *stays)
{
	__u32 index = key & ~ECDN_XDP_NODE_CARRIED;

	return index < ECDN_XDP_TRUSTED_NODES_MAX && ((const bool *)stays)[index];
}

int trust_nodes_keep(const struct trust_maps *maps, const struct trust_list *before,
		     const struct trust_list *after)
{
	scoped_free bool *stays = NULL;
	int err;

	if (maps->node_stats < 0 || maps->node_buckets < 0)
		return 0;
	stays = calloc(ECDN_XDP_TRUSTED_NODES_MAX, sizeof(*stays));
	if (!stays)
		return log_error(-ENOMEM, "out of memory for the nodes");
	mark_staying(before, after, stays);
	err = maps_filter(maps->node_stats, "node_stats", keep, stays);
	return err ?: maps_filter(maps->node_buckets, "node_buckets", keep, stays);
}
