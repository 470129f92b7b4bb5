/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_nodes.h - files of intermediate nodes: lines of `CIDR [NAME]`.
 */
#ifndef REGIONS_SOURCE_NODES_H
#define REGIONS_SOURCE_NODES_H

#include "regions/trusted.h"

/*
 * Reads a file into *nodes, to be freed by the caller. One with bad lines is refused
 * as a whole: up to ten are reported as FILE:LINE: REASON, then how many more there
 * were. 0 or a negative errno, said.
 */
int source_read_nodes(const char *path, struct trusted_node **nodes, size_t *count);

#endif
