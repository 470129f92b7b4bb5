/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trust_list.h - the list of prefixes that are not limited up to their ceilings: those that the
 * operator has allowed, and the platform's intermediate nodes. A prefix that is both is one row.
 */
#ifndef TRUST_TRUST_LIST_H
#define TRUST_TRUST_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "ecdn-xdp-maps.h"

/* The rows are sorted by family, address and length; no prefix is there twice. Freed with
 * trust_list_free(). */
struct trust_list {
	struct ecdn_xdp_trusted_row *row;
	size_t count;
};

struct trust_node {
	struct cidr cidr;
	char name[ECDN_XDP_TRUSTED_NAME_SIZE]; /* empty: none */
};

void trust_list_free(struct trust_list *list);

/* Copies a list into *copy, which is empty before. Returns 0 or -ENOMEM. */
int trust_list_copy(const struct trust_list *list, struct trust_list *copy);

/* Whether a row is a node's, and the index of any row; 0: it has none. */
bool trust_list_is_node(const struct ecdn_xdp_trusted_row *row);
uint32_t trust_list_index(const struct ecdn_xdp_trusted_row *row);

struct ecdn_xdp_trusted_row *trust_list_find(const struct trust_list *list,
					  const struct cidr *cidr);
void trust_list_cidr(const struct ecdn_xdp_trusted_row *row, struct cidr *cidr);

/* Returns for each row the longest node's prefix around it, or NULL: inside that, the index and
 * so the ceiling of an allowed prefix are no matter. To be freed; NULL: out of memory. */
const struct ecdn_xdp_trusted_row **trust_list_around(const struct trust_list *list);

/*
 * These put prefixes on the list. Rows that are on it stay as they are, except that a node
 * takes a name that is not empty. `now`, in seconds since the epoch, becomes the added_at
 * of what is new. They return 0; -ENOMEM, or -ENOSPC if no index is left for a node, with
 * the list unchanged. All rows get indices, those too that a version gave none; an allowed prefix
 * for which none is left has no ceiling.
 */
int trust_list_allow(struct trust_list *list, const struct cidr *cidrs, size_t count,
		  uint64_t now);
int trust_list_add_nodes(struct trust_list *list, const struct trust_node *nodes, size_t count,
		      uint64_t now);

/* The nodes become these, with their names; a node that stays keeps its index and added_at. */
int trust_list_set_nodes(struct trust_list *list, const struct trust_node *nodes, size_t count,
		      uint64_t now);

/* These take prefixes off the list; a prefix that is not on it is no error. */
void trust_list_disallow(struct trust_list *list, const struct cidr *cidrs, size_t count);
void trust_list_remove_nodes(struct trust_list *list, const struct cidr *cidrs, size_t count);

/* Whether a name has 1 to 31 printable characters and no space, quote, comma or "#". */
bool trust_list_name_valid(const char *name, size_t length);

#endif
