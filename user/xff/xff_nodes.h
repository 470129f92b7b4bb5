/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_nodes.h - addresses that are the platform's own and no user's. Nothing is logged.
 */
#ifndef XFF_XFF_NODES_H
#define XFF_XFF_NODES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cidr.h"

struct xff_nodes {
	struct cidr *at;        /* owned; sorted, none within another */
	size_t count;
};

/* Takes over the prefixes, which free() releases. */
void xff_nodes_take(struct xff_nodes *nodes, struct cidr *prefixes, size_t count);
void xff_nodes_free(struct xff_nodes *nodes);

bool xff_nodes_have(const struct xff_nodes *nodes, const struct address *address);

#endif
