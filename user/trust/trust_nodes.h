/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_nodes.h - what the kernel keeps of each node, its counters and its token bucket,
 * follows the list of nodes.
 */
#ifndef TRUST_TRUST_NODES_H
#define TRUST_TRUST_NODES_H

#include "trust/trust_store.h"

/*
 * Keeps the rows of nodes that are on both lists, and removes all others. Called with the
 * same list twice before a change, as a writer that was killed may have left rows of nodes
 * that are gone, whose indices are given away now; with the old list and the new one after
 * it. Errors are logged.
 */
int trust_nodes_keep(const struct trust_maps *maps, const struct trust_list *before,
		     const struct trust_list *after);

#endif
