/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * node_rows.h - what the kernel keeps of each node, its counters and its token
 * bucket, follows the list of nodes.
 */
#ifndef PLANE_NODE_ROWS_H
#define PLANE_NODE_ROWS_H

#include "plane/maps.h"
#include "regions/trusted.h"

/*
 * Once `after` is in the place of `before`: nodes on both keep their rows, all other
 * rows go, so that an index that is given to a new node begins with none. Errors are
 * said.
 */
int node_rows_follow(const struct maps *maps, const struct trusted_list *before,
		     const struct trusted_list *after);

#endif
