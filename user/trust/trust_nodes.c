// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_nodes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"

/* stays: by index, false before. */
static void mark_staying(const struct trusted_list *before, const struct trusted_list *after,
			 bool *stays)
{
	for (size_t i = 0; i < after->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &after->row[i], *old;
		struct cidr cidr;

		if (!row->node || row->node >= ECDN_XDP_TRUSTED_NODES_MAX)
			continue;
		trusted_cidr(row, &cidr);
		old = trusted_find(before, &cidr);
		stays[row->node] = old && old->node == row->node;
	}
}

static int drop_others(int fd, const char *map, const bool *stays)
{
	uint32_t index, next;
	int err = bpf_map_get_next_key(fd, NULL, &index);

	while (!err) {
		bool keep = index < ECDN_XDP_TRUSTED_NODES_MAX && stays[index];

		/* Asked before the row goes: from a key that is gone it would begin anew. */
		err = bpf_map_get_next_key(fd, &index, &next);
		if (!keep && bpf_map_delete_elem(fd, &index) && errno != ENOENT)
			return log_error(-errno, "cannot remove a node's row from map %s: %s", map,
					 strerror(errno));
		index = next;
	}
	return err == -ENOENT ? 0 : log_error(err, "cannot read map %s: %s", map, strerror(-err));
}

int node_rows_keep(const struct maps *maps, const struct trusted_list *before,
		   const struct trusted_list *after)
{
	scoped_free bool *stays = calloc(ECDN_XDP_TRUSTED_NODES_MAX, sizeof(*stays));
	int err;

	if (!stays)
		return log_error(-ENOMEM, "out of memory for the nodes");
	mark_staying(before, after, stays);
	err = drop_others(maps->node_stats, "node_stats", stays);
	return err ?: drop_others(maps->node_buckets, "node_buckets", stays);
}
