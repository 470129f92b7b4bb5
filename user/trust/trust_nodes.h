/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * node_rows.h - what the kernel keeps of each node, its counters and its token
 * bucket, follows the list of nodes.
 */
#ifndef TRUST_TRUST_NODES_H
#define TRUST_TRUST_NODES_H

#include "kernel/maps.h"
#include "trust/trust_list.h"

/*
 * Nodes that are on both lists keep their rows, all others go. Called with the same list
 * twice before a change, as a writer that died may have left rows of nodes that are gone,
 * whose indices are given away now; with the old one and the new one after it. Errors are
 * said.
 */
int node_rows_keep(const struct maps *maps, const struct trusted_list *before,
		   const struct trusted_list *after);

#endif
