/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trusted.h - the list of prefixes that are never limited: those that the operator
 * allowed and the platform's intermediate nodes. A prefix that is both is one row.
 */
#ifndef TRUST_TRUST_LIST_H
#define TRUST_TRUST_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "ecdn-xdp-maps.h"

/* Sorted by family, address and length; no prefix twice. Freed with trusted_free(). */
struct trusted_list {
	struct ecdn_xdp_trusted_row *row;
	size_t count;
};

struct trusted_node {
	struct cidr cidr;
	char name[ECDN_XDP_TRUSTED_NAME_SIZE]; /* empty: none */
};

void trusted_free(struct trusted_list *list);

/* *copy is empty before; 0 or -ENOMEM. */
int trusted_copy(const struct trusted_list *list, struct trusted_list *copy);

struct ecdn_xdp_trusted_row *trusted_find(const struct trusted_list *list,
					  const struct cidr *cidr);
void trusted_cidr(const struct ecdn_xdp_trusted_row *row, struct cidr *cidr);

/*
 * Put prefixes on the list; those on it already stay as they are, but that a node
 * takes a name that is not empty. `now` becomes the added_at of what is new. 0;
 * -ENOMEM, or -ENOSPC where no index is left for a node, with the list as it was.
 */
int trusted_allow(struct trusted_list *list, const struct cidr *cidrs, size_t count,
		  uint64_t now);
int trusted_add_nodes(struct trusted_list *list, const struct trusted_node *nodes, size_t count,
		      uint64_t now);

/* The nodes become these, names and all; one that stays keeps its index and added_at. */
int trusted_set_nodes(struct trusted_list *list, const struct trusted_node *nodes, size_t count,
		      uint64_t now);

/* Take prefixes off; those not on it are no error. */
void trusted_disallow(struct trusted_list *list, const struct cidr *cidrs, size_t count);
void trusted_remove_nodes(struct trusted_list *list, const struct cidr *cidrs, size_t count);

/* 1 to 31 printable characters without space, quote, comma or '#'. */
bool trusted_name_valid(const char *name, size_t length);

#endif
