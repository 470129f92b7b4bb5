/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_nodes.h - makes what the kernel keeps of each node, its counters and its token
 * bucket, follow the list of nodes.
 */
#ifndef TRUST_TRUST_NODES_H
#define TRUST_TRUST_NODES_H

#include "trust/trust_store.h"

/*
 * Keeps the counters and buckets of nodes that are on both lists, and removes all others.
 * Called before a change with the same list twice, as a killed writer may have left those
 * of nodes that are gone, whose indices may now be given to others; and after the change
 * with the old and the new list. Errors are logged.
 */
int trust_nodes_keep(const struct trust_maps *maps, const struct trust_list *before,
		     const struct trust_list *after);

#endif
